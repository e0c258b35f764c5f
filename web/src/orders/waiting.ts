/** Since when, and for how many days by now, an order waits for its services to get their days. */
import { today } from "../app/clock";
import { date, i18n } from "../app/i18n";
import type { Line } from "./states";

const MILLISECONDS_OF_A_DAY = 86_400_000;

/** Of the line that has waited longest; empty where none waits. */
export function waitedOf(lines: Pick<Line, "waiting_since">[]): string {
  const since = lines.flatMap((line) => line.waiting_since ?? []).sort()[0];
  if (!since) return "";
  const count = Math.round((Date.parse(today()) - Date.parse(since)) / MILLISECONDS_OF_A_DAY);
  return i18n.global.t("orders.waiting_since", { since: date(since), count }, Math.max(0, count));
}
