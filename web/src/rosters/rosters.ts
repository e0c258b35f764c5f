/** What the pages of rosters say of a booth. */
import { named } from "../app/i18n";
import type { components } from "../../types/dispatch";

export type Booth = components["schemas"]["RosteredBoothAnswer"];
export type Roster = components["schemas"]["RosterAnswer"];
export type Candidate = Roster["candidates"][number];
export type Substitution = Roster["substitutions"][number];
export type Offer = components["schemas"]["OwnOfferAnswer"];
export type Duty = components["schemas"]["OwnDutyAnswer"];

export const whereOf = (booth: Pick<Booth, "township_name" | "township_name_en" | "place">): string => `${named(booth.township_name, booth.township_name_en)} · ${booth.place}`;

export const itemOf = (booth: Pick<Booth, "item_name" | "item_name_en">): string => named(booth.item_name, booth.item_name_en);
