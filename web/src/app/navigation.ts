/** What stands in the bar for whom. */
import { has, POST_HOLDERS, type Role } from "./session";

interface Entry {
  name: string;
  roles?: Role[];
}

const ENTRIES: Entry[] = [
  { name: "home" },
  { name: "menu", roles: ["township_officer", "clerk"] },
  { name: "orders", roles: ["township_officer", "clerk", "coordinator", "auditor"] },
  { name: "wishes", roles: ["township_officer", "clerk"] },
  { name: "wish-groups", roles: ["coordinator", "auditor"] },
  { name: "assignments", roles: ["team_leader", "volunteer"] },
  { name: "duties", roles: ["volunteer"] },
  { name: "rosters", roles: ["team_leader"] },
  { name: "hours", roles: ["volunteer", "team_leader", "coordinator"] },
  { name: "planning", roles: ["coordinator", "auditor"] },
  { name: "circuit", roles: POST_HOLDERS },
  { name: "figures", roles: ["township_officer", "clerk", "coordinator", "auditor"] },
  { name: "windows", roles: ["coordinator", "team_leader", "auditor"] },
  { name: "honours", roles: ["township_officer", "clerk"] },
  { name: "courses", roles: ["volunteer", "team_leader", "coordinator", "auditor"] },
  { name: "activities", roles: ["volunteer", "team_leader", "coordinator", "auditor"] },
  { name: "corps", roles: ["coordinator", "auditor"] },
  { name: "volunteers", roles: ["team_leader"] },
  { name: "own", roles: ["volunteer"] },
  { name: "accounts", roles: ["operator"] },
  { name: "operations", roles: ["operator", "auditor"] },
  { name: "channels", roles: ["operator"] },
  { name: "audit", roles: ["auditor", "operator"] },
  { name: "subscriptions", roles: ["subscriber", "operator"] },
  { name: "messages", roles: POST_HOLDERS },
];

export function entries(): string[] {
  return ENTRIES.filter((entry) => !entry.roles || has(...entry.roles)).map((entry) => entry.name);
}
