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
