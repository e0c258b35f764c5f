/** Programmes of windows, and how a window's stage stands. */
import type { components } from "../../types/catalog";

export type Programme = components["schemas"]["ProgrammeAnswer"];
export type WindowStage = components["schemas"]["WindowStageAnswer"];
export type StageDetail = components["schemas"]["StageDetailAnswer"];

export const LOOK = { waiting: "", handed_in: "waiting", returned: "bad", accepted: "good" } as const;
export const FORMS = ["text", "photo", "link"] as const;
export type Form = (typeof FORMS)[number];
