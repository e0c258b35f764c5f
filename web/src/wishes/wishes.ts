/** Wishes: their states, the look of each, and what wishes and their groups have in common. */
import type { components } from "../../types/requests";

export type Wish = components["schemas"]["WishAnswer"];
export type Group = components["schemas"]["WishGroupAnswer"];
export type GroupedWish = components["schemas"]["GroupedWishAnswer"];
export type Alike = components["schemas"]["AlikeAnswer"];
export type State = Wish["state"] | Group["state"];

export const GROUP_STATES = ["waiting", "left_out", "adopted", "published", "matched", "declined"] as const;
export const CAME_BY = ["phone", "paper", "visit"] as const;
export const DECLINE_REASONS = ["outside_remit", "no_volunteers", "costs_too_much", "unsafe", "other"] as const;

const LOOKS: Partial<Record<State, string>> = { waiting: "waiting", left_out: "bad", adopted: "going", published: "good", matched: "good", declined: "bad" };

export const lookOf = (state: State): string => LOOKS[state] ?? "";
