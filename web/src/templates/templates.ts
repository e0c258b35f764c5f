/** The wording of a message: its parts in both languages. */
import type { components } from "../../types/notify";

export type Editor = components["schemas"]["EditorAnswer"];
export type Version = components["schemas"]["VersionAnswer"];
export type Look = components["schemas"]["LookAnswer"];
export type Wording = components["schemas"]["WordingAnswer"];

export const PARTS = ["subject", "text", "subject_en", "text_en"] as const;
export type Part = (typeof PARTS)[number];

/** The languages, each with its parts. */
export const LANGUAGES = [
  { code: "zh-CN", name: "template.zh", subject: "subject", text: "text" },
  { code: "en", name: "template.en", subject: "subject_en", text: "text_en" },
] as const;

export const trimmed = (said: Wording): Wording => ({ subject: said.subject.trim(), text: said.text.trim(), subject_en: said.subject_en.trim(), text_en: said.text_en.trim() });

export const isSame = (one: Wording, other: Wording): boolean => PARTS.every((part) => one[part].trim() === other[part].trim());
