/** Rows of the coverage ledger: of all townships over one item or all, or of one township by item. */
import type { components } from "../../types/requests";

export type Ledger = components["schemas"]["CoverageAnswer"];
type Cell = components["schemas"]["CellAnswer"];

export interface Row {
  key: string;
  services: number;
  residents: number;
  per10000: number | null;
  last: string | null;
  waiting: number;
  waitingSince: string | null;
  scheduled: number;
  /** How many items it is behind with. */
  behind: number;
}

export const SORTS = ["behind", "least", "longest", "name"] as const;
export type Sort = (typeof SORTS)[number];

const total = (cells: Cell[], of: (cell: Cell) => number): number => cells.reduce((sum, cell) => sum + of(cell), 0);
const days = (cells: Cell[], of: (cell: Cell) => string | null): string[] => cells.flatMap((cell) => of(cell) ?? []).sort();

function row(key: string, cells: Cell[], population: number | null): Row {
  const services = total(cells, (cell) => cell.services);
  return {
    key,
    services,
    residents: total(cells, (cell) => cell.residents),
    per10000: population ? Math.round((services * 1_000_000) / population) / 100 : null,
    last: days(cells, (cell) => cell.last_served_on).pop() ?? null,
    waiting: total(cells, (cell) => cell.waiting),
    waitingSince: days(cells, (cell) => cell.waiting_since)[0] ?? null,
    scheduled: total(cells, (cell) => cell.scheduled),
    behind: cells.filter((cell) => cell.is_behind).length,
  };
}

/** @param itemCode empty for all items together */
export function rowsByTownship({ townships, cells }: Ledger, itemCode: string): Row[] {
  return townships.map(({ township_code, population }) => {
    const own = cells.filter((cell) => cell.township_code === township_code && (!itemCode || cell.item_code === itemCode));
    return row(township_code, own, population);
  });
}

export function rowsByItem({ cells }: Ledger, townshipCode: string): Row[] {
  return cells.filter((cell) => cell.township_code === townshipCode).map((cell) => row(cell.item_code, [cell], null));
}

/** Never served comes before any day. */
const byLast = (one: Row, other: Row): number => (one.last ?? "").localeCompare(other.last ?? "");
const byNeed = (one: Row, other: Row): number => (one.per10000 ?? one.services) - (other.per10000 ?? other.services);

export function sorted(rows: Row[], sort: Sort): Row[] {
  const orders: Record<Sort, (one: Row, other: Row) => number> = {
    behind: (one, other) => other.behind - one.behind || other.waiting - one.waiting || byNeed(one, other),
    least: byNeed,
    longest: byLast,
    name: (one, other) => one.key.localeCompare(other.key),
  };
  return [...rows].sort((one, other) => orders[sort](one, other) || one.key.localeCompare(other.key));
}
