/** What the pages of stops say of a stop and its booths. */
import { named } from "../app/i18n";
import { account, has } from "../app/session";
import type { components } from "../../types/dispatch";

export type Stop = components["schemas"]["StopAnswer"];
export type Booth = Stop["assignments"][number];

/** Why the corps moves a stop or calls it off. */
export const STOP_REASONS = ["weather", "township_asked", "team_unavailable", "venue", "other"] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** Why a team can't take a booth. */
export const DECLINE_REASONS = ["no_volunteers", "busy", "weather", "other"] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** Why a township or a team asks for another day, and why the corps leaves a stop on its day. */
export const OTHER_DAY_REASONS = ["place_taken", "other_event", "too_few_residents", "busy", "other"] as const;
export type OtherDayReason = (typeof OTHER_DAY_REASONS)[number];
export const STAY_REASONS = ["no_other_day", "others_confirmed", "other"] as const;
export type StayReason = (typeof STAY_REASONS)[number];

export type Party = Stop["confirmation"]["parties"][number];

/** A team, or the township where the code is null. */
export const partyOf = (stop: Stop, code: string | null): Party | undefined => stop.confirmation.parties.find((party) => party.team_code === code);

export const isOwnParty = (stop: Stop, party: Party): boolean =>
  party.team_code === null ? has("township_officer", "clerk") && stop.township_code === account.value?.township : has("team_leader", "volunteer") && party.team_code === account.value?.team;

export const lookOfParty = (party: Party): string => (party.is_late ? "bad" : { waiting: "waiting", confirmed: "good", another_day: "bad" }[party.state]);

export const lookOfConfirmation = (stop: Stop): string => (stop.confirmation.parties.some((party) => party.is_late) ? "bad" : { waiting: "waiting", confirmed: "good", another_day: "bad" }[stop.confirmation.state]);

/** Booths that stand or stood; those declined or released are history. */
export const boothsOf = (stop: Stop): Booth[] => stop.assignments.filter(({ state }) => state !== "declined" && state !== "released");

export const isOwn = (booth: Booth): boolean => has("team_leader", "volunteer") && booth.team_code === account.value?.team;

export const isLive = (booth: Booth): boolean => booth.state === "offered" || booth.state === "accepted";

/** Whether teams may still say yes or no. */
export const isAhead = (stop: Stop): boolean => stop.state === "planned" && stop.days_ahead >= 0;

export const placeName = (stop: Stop): string => `${named(stop.township_name, stop.township_name_en)} · ${stop.place}`;

export const lookOf = (stop: Stop): string => ({ proposed: "", planned: "going", under_way: "waiting", completed: "good", cancelled: "bad" })[stop.state];

export const lookOfBooth = (booth: Booth): string => ({ proposed: "", offered: "waiting", accepted: "going", declined: "bad", released: "", done: "good" })[booth.state];

export const servedAt = (stop: Stop): number => boothsOf(stop).reduce((sum, booth) => sum + (booth.served ?? 0), 0);

/** How many residents the townships expect at these booths. */
export const expectedAt = (booths: Booth[]): number => booths.reduce((sum, booth) => sum + (booth.expected_attendance ?? 0), 0);

export function teamsOf(booths: Booth[]): string[] {
  return [...new Set(booths.map((booth) => named(booth.team_name, booth.team_name_en)))];
}

/** Earlier half-days first. */
export function inTime(one: Stop, other: Stop): number {
  return one.on.localeCompare(other.on) || other.part.localeCompare(one.part) || one.position - other.position;
}
