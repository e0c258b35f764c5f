/** What imports are about, and how their states look. */
import type { components } from "../../types/catalog";

export type Import = components["schemas"]["ImportAnswer"];
export type ImportRow = components["schemas"]["RowAnswer"];
export type About = Import["about"];
export type Outcome = ImportRow["outcome"];

export const ABOUT: About[] = ["teams", "townships", "agencies", "categories", "items", "volunteers", "qualifications"];
export const OUTCOMES: Outcome[] = ["faulty", "alike", "new", "changed", "unchanged", "left_out"];

/** The rows that make or change an entry. */
export const WRITING: Outcome[] = ["new", "alike", "changed"];

const LOOKS: Record<string, string> = { draft: "waiting", queued: "going", running: "going", done: "good", failed: "bad", new: "good", alike: "waiting", changed: "going", faulty: "bad" };

export function lookOf(state: string): string {
  return LOOKS[state] ?? "";
}

export function isUnderWay(state: string): boolean {
  return state === "queued" || state === "running";
}

/** The name of a column as Excel shows it. */
export function letters(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : letters(Math.floor(column / 26) - 1) + letters(column % 26);
}
