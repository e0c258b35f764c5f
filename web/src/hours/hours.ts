/** What the pages of hours say, and between. */
import type { components } from "../../types/dispatch";
import { i18n, number } from "../app/i18n";

export type Hours = components["schemas"]["HoursAnswer"];
export type Claim = components["schemas"]["ClaimAnswer"];
export type Totals = components["schemas"]["TotalsAnswer"];
export const EVIDENCE = ["checked", "cosigned", "by_hand"] as const;

/** Minutes as hours and minutes. */
export function duration(minutes: number): string {
  return i18n.global.t("hours.duration", { hours: number(Math.floor(minutes / 60)), minutes: minutes % 60 });
}

/** The moment of a time on a day in China. */
export const momentOf = (day: string, time: string): string => `${day}T${time}:00+08:00`;
