/** How an order's and a line's state is shown. */
import type { components } from "../../types/requests";

export type Order = components["schemas"]["OrderAnswer"];
export type Line = components["schemas"]["LineAnswer"];
export type OrderState = Order["state"];

export const ORDER_STATES: OrderState[] = ["draft", "submitted", "returned", "accepted", "scheduled", "served", "rated", "closed", "cancelled"];

const LOOKS: Record<OrderState, string> = {
  draft: "",
  submitted: "waiting",
  returned: "bad",
  accepted: "going",
  scheduled: "going",
  served: "good",
  rated: "good",
  closed: "",
  cancelled: "bad",
};

export function lookOf(state: OrderState): string {
  return LOOKS[state];
}

/** The steps that an order goes through, as its track shows them. */
export const TRACK: OrderState[] = ["submitted", "accepted", "scheduled", "served", "rated"];

/** The states into which an order comes as the plan changes, with nobody's act of its own. */
export const FOLLOWS_PLAN: OrderState[] = ["accepted", "scheduled", "served", "rated"];

/** How far along the track an order is; -1 before its first step. */
export function reached(state: OrderState): number {
  return state === "closed" ? TRACK.length - 1 : TRACK.indexOf(state);
}

export const CANCEL_REASONS = ["not_needed", "days_impossible", "venue", "weather", "duplicate", "other"] as const;
export const RETURN_REASONS = ["incomplete", "outside_menu", "days_impossible", "duplicate", "other"] as const;

/** How a township asked for what somebody entered for it. */
export type EntryWay = NonNullable<Order["assisted_how"]>;
export const ENTRY_WAYS: EntryWay[] = ["phone", "paper", "visit"];

export const canChange = (state: OrderState): boolean => state === "draft" || state === "returned";
export const canCancel = (state: OrderState): boolean => ["draft", "submitted", "returned", "accepted", "scheduled"].includes(state);
