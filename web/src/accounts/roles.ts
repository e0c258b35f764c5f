/** The roles: which of them one may grant, and what each is for; the service knows. */
import { shallowRef } from "vue";

import { catalog, must, Refusal } from "../app/api";
import { i18n } from "../app/i18n";
import type { Role } from "../app/session";
import type { components } from "../../types/catalog";

export type RoleRules = components["schemas"]["RoleAnswer"];

/** In the order in which they are mostly needed. */
export const ROLES: readonly Role[] = ["township_officer", "clerk", "team_leader", "volunteer", "coordinator", "auditor", "operator", "subscriber"];

const rules = shallowRef<RoleRules[]>([]);

export function useRoleRules() {
  if (rules.value.length === 0) void read();
  return rules;
}

async function read(): Promise<void> {
  try {
    rules.value = await must(catalog.GET("/accounts/roles"));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error; // the service refuses what must not be
  }
}

/** Who may grant a role, in words. */
export function grantersOf(rule: RoleRules): string {
  const { t } = i18n.global;
  return rule.granted_by.map((together) => together.map((role) => t(`role.${role}`)).join(t("account.together"))).join(t("account.or"));
}
