/** Recurring orders: how they repeat, as people set it up and as RFC 5545 writes it. */
import type { components } from "../../types/requests";
import { i18n } from "../app/i18n";

export type Series = components["schemas"]["SeriesAnswer"];
export type SeriesState = Series["state"];
export type DueDay = components["schemas"]["DueDayAnswer"];
export type Occurrence = components["schemas"]["OccurrenceAnswer"];
export type OnHoliday = Series["on_holiday"];

export const SERIES_STATES: SeriesState[] = ["proposed", "returned", "active", "paused", "ended"];
export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export const NTHS = ["1", "2", "3", "4", "-1"] as const;
export const HOLIDAY_CHOICES: OnHoliday[] = ["next_workday", "skip", "keep"];
/** Ways to repeat: not at all, by the week, on the nth weekday of the month, on a day of the month, once a year on its first day, by days. */
export const WAYS = ["once", "weeks", "month_weekday", "month_day", "years", "days"] as const;
/** The longest interval to choose; the service lets nobody wait longer for the next time. */
export const MOST_INTERVAL: Record<Repeat["way"], number> = { once: 1, weeks: 12, month_weekday: 12, month_day: 12, years: 4, days: 12 };
export const ENDS = ["never", "count", "until"] as const;

export interface Repeat {
  way: (typeof WAYS)[number];
  interval: number;
  weekdays: string[];
  nth: string;
  weekday: string;
  month_day: number;
  starts_on: string;
  end: (typeof ENDS)[number];
  count: number;
  until: string;
  on_holiday: OnHoliday;
  days_around: number;
}

const LOOKS: Partial<Record<SeriesState, string>> = { proposed: "waiting", returned: "bad", active: "good", paused: "waiting" };
export const lookOf = (state: SeriesState): string => LOOKS[state] ?? "";

export function once(): Repeat {
  return { way: "once", interval: 1, weekdays: [], nth: "2", weekday: "TU", month_day: 1, starts_on: "", end: "never", count: 10, until: "", on_holiday: "next_workday", days_around: 0 };
}

/** The rule; empty where it does not repeat. */
export function ruleOf(repeat: Repeat): string {
  const parts: string[] = {
    once: [],
    days: ["FREQ=DAILY"],
    weeks: ["FREQ=WEEKLY"],
    month_weekday: ["FREQ=MONTHLY"],
    month_day: ["FREQ=MONTHLY"],
    years: ["FREQ=YEARLY"],
  }[repeat.way];
  if (!parts.length) return "";
  if (repeat.interval > 1) parts.push(`INTERVAL=${repeat.interval}`);
  if (repeat.way === "weeks" && repeat.weekdays.length) parts.push(`BYDAY=${WEEKDAYS.filter((each) => repeat.weekdays.includes(each)).join(",")}`);
  if (repeat.way === "month_weekday") parts.push(`BYDAY=${repeat.nth}${repeat.weekday}`);
  if (repeat.way === "month_day") parts.push(`BYMONTHDAY=${repeat.month_day}`);
  if (repeat.end === "count") parts.push(`COUNT=${repeat.count}`);
  if (repeat.end === "until" && repeat.until) parts.push(`UNTIL=${repeat.until.replaceAll("-", "")}`);
  return parts.join(";");
}

/** What the form shows of one that there is; a rule that it can't set up is begun anew by the week. */
export function repeatOf(series: Series): Repeat {
  const said = Object.fromEntries(series.rrule.split(";").map((part) => part.split("=") as [string, string]));
  const nth = /^(-?\d)(\w\w)$/.exec(said.BYDAY ?? "");
  const byMonth = nth ? "month_weekday" : "month_day";
  const way = ({ DAILY: "days", MONTHLY: byMonth, YEARLY: "years" } as Record<string, Repeat["way"]>)[said.FREQ ?? ""] ?? "weeks";
  const until = said.UNTIL ?? "";
  return {
    ...once(),
    way,
    interval: Number(said.INTERVAL ?? 1),
    weekdays: way === "weeks" ? (said.BYDAY?.split(",") ?? []) : [],
    ...(nth && { nth: nth[1] ?? "2", weekday: nth[2] ?? "TU" }),
    month_day: Number(said.BYMONTHDAY ?? Number(series.starts_on.slice(8))),
    starts_on: series.starts_on,
    end: said.COUNT ? "count" : until ? "until" : "never",
    count: Number(said.COUNT ?? 10),
    until: until && `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`,
    on_holiday: series.on_holiday,
    days_around: series.days_around,
  };
}

/** Why a day is as it is, in words; empty where it is the rule's own. */
export function whyOf(due: DueDay): string {
  const { t } = i18n.global;
  if (due.why !== "rule") return t(`due.${due.why}`);
  return due.is_certain ? "" : t("due.uncertain");
}
