/** One's own account: what is known of it, and what must be typed before it changes. */
import type { components } from "../../types/catalog";
import type { Refusal } from "../app/api";

export type OwnAccount = components["schemas"]["OwnAccountAnswer"];
export type Offer = components["schemas"]["OfferAnswer"];

const FIELDS = ["old_password", "new_password", "password", "code", "new_code"];

/** What is said above a form; what is wrong with one of its fields stands beside the field. */
export function aboutForm(refusal: Refusal | null): Refusal | null {
  return refusal && FIELDS.includes(refusal.problem.field ?? "") ? null : refusal;
}
