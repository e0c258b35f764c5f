/** The reader's language: Chinese first, English by choice; remembered in this browser. */
import { createI18n, type PathValue } from "vue-i18n";

export type Language = "zh-CN" | "en";

/** By their names; one with facts in it comes compiled. */
export type Texts = Record<string, PathValue>;
/** What the first pages say, and what all others do. */
type Part = "first" | "rest";

const KEPT = "diancai.language";
const TEXTS: Record<Language, Record<Part, () => Promise<{ default: Texts }>>> = {
  "zh-CN": { first: () => import("virtual:texts/zh-CN/first"), rest: () => import("virtual:texts/zh-CN/rest") },
  en: { first: () => import("virtual:texts/en/first"), rest: () => import("virtual:texts/en/rest") },
};
const wanted = new Set<Part>(["first"]);
const here = new Set<string>();

// A text that is missing is one of the rest: it is shown once that is there.
export const i18n = createI18n<false>({ legacy: false, locale: first(), messages: {}, messageResolver: (texts, name) => (texts as Texts)[name] ?? null, missing: () => void loadRest(), missingWarn: false, fallbackWarn: false });

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}

export function language(): Language {
  return i18n.global.locale.value as Language;
}

/** Loads the texts of a language, of the present one when none is said, and shows them. */
export async function loadLanguage(shown: Language = language()): Promise<void> {
  await Promise.all([...wanted].map(async (part) => {
    const { default: texts } = await TEXTS[shown][part]();
    if (!here.has(shown + part)) i18n.global.mergeLocaleMessage(shown, texts);
    here.add(shown + part);
  }));
  i18n.global.locale.value = shown;
  localStorage.setItem(KEPT, shown);
  document.documentElement.lang = shown;
  document.title = i18n.global.t("title");
}

let rest: Promise<void> | undefined;

/** Loads what all but the first pages say, once. */
export function loadRest(): Promise<void> {
  wanted.add("rest");
  rest ??= loadLanguage().catch((error: unknown) => {
    rest = undefined;
    throw error;
  });
  return rest;
}

/** The name in the reader's language; the Chinese one where there is no other. */
export function named(chinese: string, english: string | null | undefined): string {
  return language() === "en" && english ? english : chinese;
}

const WEEKDAYS = { "zh-CN": "zh-CN", en: "en-GB" } as const;
const IN_CHINA = { timeZone: "Asia/Shanghai", hour12: false } as const;

const formats = new Map<string, Intl.DateTimeFormat>();
const numbers = { "zh-CN": new Intl.NumberFormat("zh-CN"), en: new Intl.NumberFormat("en") };

/** Made once: that takes longer than to use one, and a page shows hundreds of days. */
export function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known;
}

/** `2014-06-27` → 6月27日 周五; the year where it is not the one that business stands in is up to whoever asks. */
export function day(on: string): string {
  const date = new Date(`${on}T00:00:00Z`);
  const month = language() === "en" ? "short" : "long";
  const parts = formatOf(WEEKDAYS[language()], { weekday: "short", month, day: "numeric", timeZone: "UTC" }).formatToParts(date);
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? "";
  return language() === "en"
    ? `${of("weekday")} ${of("day")} ${of("month")}`
    : `${date.getUTCMonth() + 1}月${date.getUTCDate()}日 ${of("weekday")}`;
}

/** Sentences one behind the other; Chinese ones need no blank between them. */
export function sentences(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(language() === "en" ? " " : "");
}

/** A day with its year, e.g. 2014年6月27日. */
export function date(on: string): string {
  const month = language() === "en" ? "short" : "long";
  return formatOf(WEEKDAYS[language()], { year: "numeric", month, day: "numeric", timeZone: "UTC" }).format(new Date(`${on}T00:00:00Z`));
}

/** From one day to another, both included. */
export function period(first: string, last: string): string {
  return i18n.global.t("period", { first: date(first), last: date(last) });
}

/** A half-day, e.g. 6月27日 周五 上午. */
export function half(on: string, part: "morning" | "afternoon"): string {
  return `${day(on)} ${i18n.global.t(`part.${part}`)}`;
}

/** A moment in Beijing's time, e.g. 6月27日 周五 09:30. */
export function moment(at: string): string {
  return `${day(dayOf(at))} ${timeOf(at)}`;
}

/** The day that a moment falls on in Beijing, e.g. 2014-06-27. */
export function dayOf(at: Date | string): string {
  return formatOf("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...IN_CHINA }).format(new Date(at));
}

/** Its time of day, e.g. 09:30. */
export function timeOf(at: Date | string): string {
  return formatOf("zh-CN", { hour: "2-digit", minute: "2-digit", ...IN_CHINA }).format(new Date(at));
}

/** The same with seconds, e.g. 09:30:15. */
export function clock(at: Date): string {
  return formatOf("zh-CN", { timeStyle: "medium", ...IN_CHINA }).format(at);
}

export function number(value: number): string {
  return numbers[language()].format(value);
}
