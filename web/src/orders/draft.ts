/** What somebody is putting together; it outlives a reload of the page, not the tab. */
import { reactive, watch } from "vue";

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
  };
}

export const draft = reactive<Draft>({ ...empty(), ...(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Partial<Draft>) });

watch(draft, (now) => sessionStorage.setItem(KEPT, JSON.stringify(now)));

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
