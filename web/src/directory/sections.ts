/** The parts of what the coordinator looks after, and who may see each. */
import { has, type Role } from "../app/session";

export const KINDS = ["teams", "townships", "agencies", "categories"] as const;
/** Of the directory's entries. */
export type Kind = (typeof KINDS)[number];

interface Section {
  name: string;
  to: string;
  roles: Role[];
}

const SECTIONS: Section[] = [
  { name: "editions", to: "/corps/editions", roles: ["coordinator", "auditor"] },
  { name: "items", to: "/corps/items", roles: ["coordinator", "auditor"] },
  { name: "campaigns", to: "/corps/campaigns", roles: ["coordinator", "auditor"] },
  { name: "teams", to: "/corps/teams", roles: ["coordinator", "auditor"] },
  { name: "townships", to: "/corps/townships", roles: ["coordinator", "auditor"] },
  { name: "agencies", to: "/corps/agencies", roles: ["coordinator", "auditor"] },
  { name: "categories", to: "/corps/categories", roles: ["coordinator", "auditor"] },
  { name: "import", to: "/corps/import", roles: ["coordinator"] },
  { name: "doubles", to: "/corps/doubles", roles: ["coordinator"] },
  { name: "volunteers", to: "/corps/volunteers", roles: ["coordinator", "auditor", "team_leader"] },
  { name: "templates", to: "/corps/templates", roles: ["coordinator", "auditor"] },
  { name: "accounts", to: "/corps/accounts", roles: ["coordinator", "operator"] },
];

export function sections(): Section[] {
  return SECTIONS.filter((section) => has(...section.roles));
}

export function rolesOf(name: string): Role[] {
  return SECTIONS.find((section) => section.name === name)?.roles ?? [];
}
