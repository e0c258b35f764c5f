/** Residents' ratings and what is followed up of them. */
import type { components } from "../../types/requests";

export type Rating = components["schemas"]["ResidentRatingAnswer"];
export type FollowUp = components["schemas"]["FollowUpAnswer"];
export type Sign = components["schemas"]["SignAnswer"];
export type HideReason = NonNullable<Rating["reason_code"]>;

export const HIDE_REASONS: HideReason[] = ["insult", "personal_data", "off_topic", "not_a_resident", "other"];

const POOR = 2;

export const lookOfScore = (score: number): string => (score <= POOR ? "bad" : score >= 4 ? "good" : "");
