/** Monthly figures of windows, and how far they differ. */
import { catalog, must } from "../app/api";
import { today } from "../app/clock";
import type { components } from "../../types/catalog";

export type Measure = components["schemas"]["MeasureAnswer"];
export type Judged = components["schemas"]["JudgedAnswer"];
export type Taken = components["schemas"]["TakenAnswer"];

const MONTHS_SHOWN = 6;

/** So many months before the one in which business stands, e.g. 2014-06. */
export function monthBefore(count: number): string {
  const [year = 0, month = 1] = today().split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 - count, 1)).toISOString().slice(0, 7);
}

export const usualMonths = (): { first: string; last: string } => ({ first: monthBefore(MONTHS_SHOWN - 1), last: monthBefore(0) });

/** Minutes to one place behind the point, ratings to two. */
export const rounded = (value: number, measure: Measure["measure"]): string => value.toFixed(measure === "rating" ? 2 : 1);

/** @throws Refusal */
export async function sendFigures(file: File, onlyCheck: boolean): Promise<Taken> {
  const bytes = await file.arrayBuffer();
  return must(
    catalog.POST("/window-figures/import", {
      params: { query: { only_check: onlyCheck } },
      body: bytes as unknown as string,
      bodySerializer: () => bytes,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}
