/** What somebody is putting together; it outlives a reload of the page, not the tab. */
import { reactive, watch } from "vue";

import { today } from "../app/clock";
import { once, repeatOf, type Repeat, type Series } from "../recurrence/recurrence";
import type { EntryWay, Order } from "./states";

export interface DraftLine {
  item_code: string;
  expected_attendance: number;
  remark: string;
}

export interface Draft {
  /** The order that is amended; null while a new one is made. */
  order_id: string | null;
  etag: string | null;
  township_code: string;
  edition_id: string;
  campaign_id: string;
  place: string;
  attendance: number;
  lines: DraftLine[];
  wished_on: string[];
  ruled_out_on: string[];
  priority: number;
  contact: string;
  phone: string;
  /** How the township asked for what is entered for it; empty where it enters it itself. */
  assisted_how: "" | EntryWay;
  assisted_for: string;
  repeat: Repeat;
  /** The recurring order that is changed before the corps has accepted it, or that this one takes over from. */
  series: { id: string | null; etag: string | null; follows: string | null };
}

const KEPT = "diancai.order";
const USUAL_ATTENDANCE = 100;

function empty(): Draft {
  return {
    order_id: null,
    etag: null,
    township_code: "",
    edition_id: "",
    campaign_id: "",
    place: "",
    attendance: USUAL_ATTENDANCE,
    lines: [],
    wished_on: [],
    ruled_out_on: [],
    priority: 3,
    contact: "",
    phone: "",
    assisted_how: "",
    assisted_for: "",
    repeat: once(),
    series: { id: null, etag: null, follows: null },
  };
}

export const draft = reactive<Draft>({ ...empty(), ...(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Partial<Draft>) });

watch(draft, (now) => sessionStorage.setItem(KEPT, JSON.stringify({ ...now, phone: "" }))); // a number of a person is not kept

/** What an order asks for, as the form has it. */
export function draftOf(order: Order, etag: string | null): Partial<Draft> {
  const { place, township_code, campaign_id, edition_id, priority, wished_on, ruled_out_on, lines, contact } = order;
  return {
    ...{ order_id: order.id, etag, place, township_code, campaign_id, edition_id, priority },
    contact: contact ?? "",
    wished_on: [...wished_on],
    ruled_out_on: [...ruled_out_on],
    attendance: lines[0]?.expected_attendance ?? USUAL_ATTENDANCE,
    lines: lines.map((line) => ({ item_code: line.item_code, expected_attendance: line.expected_attendance, remark: line.remark ?? "" })),
  };
}

/** What a recurring order asks for, as the form has it; from today on where it began before. */
export function draftOfSeries(series: Series): Partial<Draft> {
  const { township_code, place, priority, contact, items } = series;
  const repeat = repeatOf(series);
  const earliest = today();
  return {
    ...{ township_code, place, priority },
    contact: contact ?? "",
    attendance: items[0]?.expected_attendance ?? USUAL_ATTENDANCE,
    lines: items.map((item) => ({ item_code: item.item_code, expected_attendance: item.expected_attendance, remark: item.remark ?? "" })),
    repeat: { ...repeat, starts_on: repeat.starts_on < earliest ? earliest : repeat.starts_on },
  };
}

export function begin(from: Partial<Draft> = {}): void {
  Object.assign(draft, empty(), from);
}

export function isChosen(code: string): boolean {
  return draft.lines.some((line) => line.item_code === code);
}

export function toggle(code: string): void {
  if (isChosen(code)) draft.lines = draft.lines.filter((line) => line.item_code !== code);
  else draft.lines.push({ item_code: code, expected_attendance: draft.attendance, remark: "" });
}

/** Chooses all of these dishes; where all are chosen, none of them. */
export function toggleAll(codes: string[]): void {
  const missing = codes.filter((code) => !isChosen(code));
  if (missing.length) missing.forEach(toggle);
  else draft.lines = draft.lines.filter((line) => !codes.includes(line.item_code));
}
