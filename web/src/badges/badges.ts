/** Badges, and what they look like in a list. */
import type { components } from "../../types/catalog";

export type Badge = components["schemas"]["BadgeAnswer"];

export const LOOK = { valid: "good", not_yet: "going", expired: "", revoked: "bad" } as const;
