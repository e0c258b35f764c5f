/** Changes of an order that was handed in: how they are shown, and what differs between old and new. */
import type { components } from "../../types/requests";
import type { OrderState } from "./states";

export type Amendment = components["schemas"]["AmendmentAnswer"];
export type Said = components["schemas"]["SaidAnswer"];
type SaidLine = Said["lines"][number];

export const AMEND_REASONS = ["attendance", "days_impossible", "venue", "items", "mistake", "other"] as const;
export const REFUSAL_REASONS = ["too_late", "no_team", "days_impossible", "other"] as const;

export const canAmend = (state: OrderState): boolean => ["submitted", "accepted", "scheduled"].includes(state);

const LOOKS: Record<Amendment["state"], string> = { proposed: "waiting", applied: "good", refused: "bad", withdrawn: "", lapsed: "" };
export const lookOf = (state: Amendment["state"]): string => LOOKS[state];

export interface Difference {
  /** The key of the field's name; an item has its own. */
  field: "place" | "wished" | "ruled_out" | "item";
  item: SaidLine | null;
  before: Said | null;
  after: Said | null;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What an amendment changes: place, days, and item by item what is asked for. */
export function differences({ before, after }: Amendment): Difference[] {
  const found: Difference[] = [];
  const all = { before, after, item: null };
  if (!same([before.place, before.point], [after.place, after.point])) found.push({ field: "place", ...all });
  if (!same(before.wished_on, after.wished_on)) found.push({ field: "wished", ...all });
  if (!same(before.ruled_out_on, after.ruled_out_on)) found.push({ field: "ruled_out", ...all });
  for (const line of before.lines) {
    const now = lineOf(after, line.item_code);
    if (!now || now.expected_attendance !== line.expected_attendance || now.remark !== line.remark) found.push({ field: "item", item: line, before, after: now ? after : null });
  }
  for (const line of after.lines) if (!lineOf(before, line.item_code)) found.push({ field: "item", item: line, before: null, after });
  return found;
}

export function lineOf(said: Said | null, code: string): SaidLine | null {
  return said?.lines.find((line) => line.item_code === code) ?? null;
}
