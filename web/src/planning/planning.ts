/** What the pages of planning share: types, reads, and how half-days and changes are said. */
import "./planning.css";

import { i18n, named, number } from "../app/i18n";
import type { components } from "../../types/dispatch";

type Schemas = components["schemas"];
export type Campaign = Schemas["PlanningCampaignAnswer"];
export type OpenLine = Schemas["OpenLineAnswer"];
export type Run = Schemas["RunAnswer"];
export type Candidate = Schemas["CandidateAnswer"];
export type WholeCandidate = Schemas["WholeCandidateAnswer"];
export type Booth = Schemas["BoothAnswer"];
export type Unserved = Schemas["UnservedLineAnswer"];
export type Line = Schemas["ChangeAnswer"];
export type Grid = Schemas["GridAnswer"];
export type GridTeam = Schemas["GridTeamAnswer"];
export type Ranked = Schemas["RankedPlaceAnswer"];
export type Rule = Schemas["RuleAnswer"];
export type Score = Schemas["ScoreAnswer"];
export type Change = Schemas["ChangeAnswer"];
export type Place = Schemas["PlaceAnswer"];
export type Plan = Schemas["PlanAnswer"];
export type Part = Booth["part"];

export const PARTS: readonly Part[] = ["morning", "afternoon"];

export interface HalfDay {
  on: string;
  part: Part;
}

export const keyOf = ({ on, part }: HalfDay): string => `${on} ${part}`;

/** Morning before afternoon, which the names themselves do not say. */
export function inTime(one: HalfDay, other: HalfDay): number {
  return one.on.localeCompare(other.on, "en") || PARTS.indexOf(one.part) - PARTS.indexOf(other.part);
}

export const isUnderWay = (run: Run): boolean => run.state === "queued" || run.state === "running";

export const teamOf = (of: { team_name: string; team_name_en: string }): string => named(of.team_name, of.team_name_en);
export const townshipOf = (of: { township_name: string; township_name_en: string }): string => named(of.township_name, of.township_name_en);
export const itemOf = (of: { item_name: string; item_name_en: string }): string => named(of.item_name, of.item_name_en);

/** The place without the township's name, which stands beside it. */
export function placeOf({ place, township_name: name }: { place: string; township_name: string }): string {
  return (place.startsWith(name) ? place.slice(name.length).trim() : place) || place;
}

/** With its sign, as differences are read. */
export function signed(value: number): string {
  return value > 0 ? `+${number(value)}` : value < 0 ? `−${number(-value)}` : "0";
}

const DECIMALS: Record<string, number> = { team_km: 1, load_unfairness: 2, service_unfairness: 2 };

export function rounded(goal: string, value: number): number {
  const factor = 10 ** (DECIMALS[goal] ?? 0);
  return Math.round(value * factor) / factor;
}

/** Why a place is better or worse, the weightiest first. */
export function reasonsFor({ difference, joins }: Ranked): string[] {
  const { t } = i18n.global;
  const said: string[] = [];
  if (difference.lines_served > 0) said.push(t("place.serves"));
  if (difference.changes) said.push(t(difference.changes > 0 ? "place.changes_more" : "place.changes_less", { count: Math.abs(difference.changes) }));
  if (difference.stops) said.push(t(difference.stops > 0 ? "place.stops_more" : "place.stops_less", { count: Math.abs(difference.stops) }));
  if (joins) said.push(t("place.joins", { count: joins }));
  if (difference.lines_on_theme) said.push(t(difference.lines_on_theme > 0 ? "place.theme_more" : "place.theme_less"));
  if (difference.days_off_preference) said.push(t(difference.days_off_preference > 0 ? "place.days_more" : "place.days_less", { count: Math.abs(difference.days_off_preference) }));
  if (difference.team_visits) said.push(t(difference.team_visits > 0 ? "place.visits_more" : "place.visits_less", { count: Math.abs(difference.team_visits) }));
  const km = rounded("team_km", difference.team_km);
  if (km) said.push(t(km > 0 ? "place.km_more" : "place.km_less", { km: number(Math.abs(km)) }));
  return said.length ? said : [t("place.same")];
}
