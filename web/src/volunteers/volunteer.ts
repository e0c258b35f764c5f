/** A volunteer as the console shows one: masked. */
import type { components } from "../../types/catalog";

export type Volunteer = components["schemas"]["VolunteerAnswer"];
export type PersonRequest = components["schemas"]["PersonRequestAnswer"];

export const VOLUNTEER_STATES = ["active", "left", "erased", "merged"] as const;
export const PERSONAL_FIELDS = ["name", "phone", "identity"] as const;
export const PURPOSES = ["contact", "insurance", "emergency", "identity_check", "person_asked"] as const;

export const CONSENTS = ["name_in_public", "pictures"] as const;

const LOOKS: Record<Volunteer["state"], string> = { active: "good", left: "", erased: "bad", merged: "" };

export function lookOf(state: Volunteer["state"]): string {
  return LOOKS[state];
}
