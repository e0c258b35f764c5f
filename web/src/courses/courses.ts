/** Courses, places in them, and their tests. */
import { catalog, must } from "../app/api";
import { named } from "../app/i18n";
import type { components } from "../../types/catalog";

export type Course = components["schemas"]["CourseAnswer"];
export type Place = components["schemas"]["EnrolmentAnswer"];
export type Paper = components["schemas"]["AttemptAnswer"];
export type Question = components["schemas"]["PaperQuestion"];
export type Training = components["schemas"]["TrainingAnswer"];
export type Table = components["schemas"]["QuestionTableAnswer"];

export const COURSE_STATES = ["draft", "open", "running", "ended", "cancelled"] as const;
export const LEAVE_REASONS = ["own_wish", "other_duty", "entered_wrongly", "other"] as const;
export const CANCEL_REASONS = ["too_few", "no_teacher", "no_place", "bad_weather", "other"] as const;
/** What a file chooser offers for a table. */
export const TABLES = ".xlsx,.xlsm,.xls,.ods,.csv";
const LETTERS = "ABCDEF";

const LOOKS: Record<string, string> = { draft: "", open: "good", running: "going", ended: "", cancelled: "bad", enrolled: "good", waiting: "waiting", left: "" };

export function lookOf(state: string): string {
  return LOOKS[state] ?? "";
}

export const nameOf = (course: { name: string; name_en: string }): string => named(course.name, course.name_en);

/** A, B, C… for the places of options. */
export const letter = (place: number): string => LETTERS[place] ?? String(place + 1);

/** Whether somebody still may take a place. */
export const isOn = (course: Course): boolean => course.state === "open" || course.state === "running";

/** Gives volunteers places, or places in the line. @throws Refusal */
export function enrol(course: string, numbers: string[]): Promise<Place[]> {
  return must(catalog.POST("/courses/{course_id}/enrolments", { params: { path: { course_id: course } }, body: { volunteer_nos: numbers } }));
}

/** What somebody types or pastes as a list of numbers. */
export function numbersIn(text: string): string[] {
  return [...new Set(text.toUpperCase().split(/[\s,，、;；]+/).filter(Boolean))];
}
