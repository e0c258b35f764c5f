/** Programmes of windows, and how a window's stage stands. */
import { today } from "../app/clock";
import type { components } from "../../types/catalog";

export type Programme = components["schemas"]["ProgrammeAnswer"];
export type WindowStage = components["schemas"]["WindowStageAnswer"];
export type StageDetail = components["schemas"]["StageDetailAnswer"];

const LOOK = { waiting: "", handed_in: "waiting", returned: "bad", accepted: "good" } as const;
export const FORMS = ["text", "photo", "link"] as const;
export type Form = (typeof FORMS)[number];

/** How a window's stage stands today: also that it has not begun, or is overdue. */
export function standing(each: WindowStage): { look: string; text: string } {
  if (each.is_overdue) return { look: "bad", text: "stage.overdue" };
  if (each.state === "waiting" && each.starts_on > today()) return { look: "", text: "stage.not_begun" };
  return { look: LOOK[each.state], text: `stage.state_${each.state}` };
}
