/** Recurring services that are proposed: their states, how often they come, and which evidence there is. */
import type { components } from "../../types/requests";

export type Proposal = components["schemas"]["ProposalAnswer"];
export type Listed = components["schemas"]["ListedProposalAnswer"];
export type Evidence = components["schemas"]["EvidenceAnswer"];
export type Cadence = Listed["cadence"];
export type State = Listed["state"];

export const STATES = ["proposed", "confirmed", "declined", "lapsed"] as const;
export const CADENCES = ["weekly", "fortnightly", "monthly", "two_monthly", "quarterly"] as const;
export const DECLINE_REASONS = ["no_volunteers", "too_often", "not_needed", "not_ours", "other"] as const;
/** In the order in which they are shown: what says most, first. */
export const KINDS = ["queue", "wishes", "repeated", "spacing", "waiting", "ratings"] as const;

export const lookOf = (state: State): string => ({ proposed: "waiting", confirmed: "good", declined: "bad", lapsed: "" })[state];

export const pointsOf = (proposal: Listed): number => Object.values(proposal.points).reduce((sum, each) => sum + each, 0);
