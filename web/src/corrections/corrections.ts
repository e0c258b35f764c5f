/** Corrections of what was reported: how they are shown, and what differs. */
import { named, number } from "../app/i18n";
import { has } from "../app/session";
import { isOwn, type Booth, type Stop } from "../stops/stops";
import type { components } from "../../types/dispatch";
import type { components as Requests } from "../../types/requests";

export type Correction = components["schemas"]["CorrectionAnswer"];
export type OrderCorrection = Requests["schemas"]["OrderCorrectionAnswer"];
type Done = Correction["before"];

/** Why a report is corrected; that another team came is the corps' to say. */
export const CORRECTION_REASONS = ["miscounted", "mistyped", "another_team_came", "other"] as const;
export type CorrectionReason = (typeof CORRECTION_REASONS)[number];
export const REFUSALS = ["not_plausible", "no_evidence", "other"] as const;
export type CorrectionRefusal = (typeof REFUSALS)[number];

/** Why the township of an order is corrected. */
export const TOWNSHIP_REASONS = ["wrong_township", "boundary", "other"] as const;
export type TownshipReason = (typeof TOWNSHIP_REASONS)[number];

export const FIGURES = ["served", "leaflets", "follow_ups"] as const;
export type Figure = (typeof FIGURES)[number];

const LOOKS: Record<Correction["state"], string> = { proposed: "waiting", applied: "good", refused: "bad", withdrawn: "" };
export const lookOf = (state: Correction["state"]): string => LOOKS[state];

/** Whether the reader may correct a booth, or ask for that. */
export const mayCorrect = (stop: Stop, booth: Booth): boolean => (stop.state === "completed" || stop.state === "under_way") && booth.state === "done" && (has("coordinator") || (has("team_leader") && isOwn(booth)));

const teamOf = (done: Done): string => named(done.team_name, done.team_name_en);

/** What differs, with the key of each field's name. */
export function differences({ before, after }: Correction): { key: string; name: string; before: string; after: string }[] {
  const rows = FIGURES.filter((figure) => before[figure] !== after[figure]).map((figure) => ({ key: figure, name: `report.${figure}`, before: number(before[figure]), after: number(after[figure]) }));
  const team = before.team_code === after.team_code ? [] : [{ key: "team", name: "correction.team", before: teamOf(before), after: teamOf(after) }];
  return [...team, ...rows];
}
