/** What each role uses the console for, and the pages that serve it. */
import { mayOpen } from "../app/router";
import { account, type Role } from "../app/session";

const PAGES: Record<Role, string[]> = {
  coordinator: ["orders", "recurring-orders", "wish-groups", "regular", "ratings", "planning", "rosters", "activities", "courses", "windows", "circuit", "corps", "start", "messages"],
  township_officer: ["new-order", "orders", "recurring-orders", "menu", "wishes", "regular", "ratings", "consultations", "honours", "circuit", "contacts", "messages"],
  clerk: ["new-order", "orders", "recurring-orders", "menu", "wishes", "regular", "ratings", "consultations", "honours", "circuit", "messages"],
  team_leader: ["assignments", "rosters", "activities", "courses", "windows", "regular", "ratings", "consultations", "circuit", "volunteers", "team-days", "contacts", "messages"],
  volunteer: ["duties", "assignments", "activities", "courses", "own", "circuit", "messages"],
  auditor: ["orders", "recurring-orders", "wish-groups", "regular", "ratings", "activities", "courses", "windows", "circuit", "corps", "operations", "subscriptions", "audit", "messages"],
  operator: ["operations", "subscriptions", "audit", "accounts"],
  subscriber: ["subscriptions"],
};

/** The roles of whoever is signed in, and the names of the pages that are theirs and that there are. */
export function usesOf(): { roles: Role[]; pages: string[] } {
  const roles = account.value?.roles ?? [];
  const pages = [...new Set(roles.flatMap((role) => PAGES[role]))].filter(mayOpen);
  return { roles, pages };
}
