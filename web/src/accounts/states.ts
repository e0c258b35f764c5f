/** The states of an account, and the look of each. */
import type { components } from "../../types/catalog";

export type Account = components["schemas"]["AccountView"];

export const ACCOUNT_STATES = ["invited", "active", "disabled"] as const;
const LOOKS: Record<Account["state"], string> = { invited: "waiting", active: "good", disabled: "bad" };

export function lookOf(state: Account["state"]): string {
  return LOOKS[state];
}
