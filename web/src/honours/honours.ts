/** Honours, and how they stand. */
import type { components } from "../../types/catalog";
import { named } from "../app/i18n";

export type Honour = components["schemas"]["HonourAnswer"];
export type Objection = components["schemas"]["ObjectionAnswer"];

export const LOOK = { nominated: "waiting", publicised: "going", awarded: "good", declined: "", withdrawn: "bad", expired: "" } as const;
export const AWARDS = ["model_post", "service_model"] as const;
export const STATES = ["nominated", "publicised", "awarded", "declined", "withdrawn", "expired"] as const;

/** The post, or the person: by name where that may be public, else by number. */
export const whom = (each: Honour): string => (each.post_name ? named(each.post_name, each.post_name_en) : (each.person ?? each.volunteer_no ?? ""));
