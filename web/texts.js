// @ts-check
/** Texts, days and numbers in the reader's language. */

/** @typedef {"zh-CN" | "en"} Language */
/** @typedef {keyof typeof import("./locales/zh-CN.json")} Key */

const ZONE = "Asia/Shanghai";

/** @type {Language} */
let spoken = "zh-CN";
/** @type {Partial<Record<Key, string>>} */
let texts = {};

export const language = () => spoken;

/**
 * Loads the texts of a language, then speaks it.
 * @param {Language} wanted
 */
export async function speak(wanted) {
  const response = await fetch(`locales/${wanted}.json`);
  if (!response.ok) throw new Error(`locales/${wanted}.json: ${response.status}`);
  texts = await response.json();
  spoken = wanted;
}

/**
 * @param {Key} key
 * @param {Record<string, string | number>} facts
 */
export function t(key, facts = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ""));
}

/**
 * @param {string} name in Chinese
 * @param {string} nameEn
 */
export const named = (name, nameEn) => (spoken === "en" && nameEn) || name;

/**
 * Why something was declined, moved or called off: the words to it, else those of its code.
 * @param {{ reason_code?: string | null, reason: string | null }} of
 */
export const reason = (of) => of.reason ?? texts[/** @type {Key} */ (`reason.${of.reason_code}`)] ?? t("reason.other");

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(spoken).format(value);

/** @param {string} on a local day, `2014-06-27` */
export function day(on) {
  const date = new Date(`${on}T00:00:00Z`);
  const name = (/** @type {Intl.DateTimeFormatOptions} */ wanted) =>
    new Intl.DateTimeFormat(spoken, { timeZone: "UTC", ...wanted }).format(date);
  return t("day", {
    m: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    month: name({ month: "long" }),
    weekday: name({ weekday: "short" }),
  });
}

/**
 * @param {string} on
 * @param {"morning" | "afternoon"} part
 */
export const half = (on, part) => t("half", { day: day(on), part: t(`part.${part}`) });

/**
 * The time on the clock in Beijing, with the day when it is not today's.
 * @param {string | number} at
 */
export function time(at) {
  const date = new Date(at);
  const local = (/** @type {Date} */ moment) => moment.toLocaleDateString("sv-SE", { timeZone: ZONE });
  const clock = date.toLocaleTimeString("sv-SE", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
  return local(date) === local(new Date()) ? clock : `${day(local(date))} ${clock}`;
}

/**
 * A choice of an earlier visit; null when there is none, or the browser keeps nothing.
 * @param {string} what
 */
export function recall(what) {
  try {
    return localStorage.getItem(`diancai.${what}`);
  } catch {
    return null;
  }
}

/**
 * @param {string} what
 * @param {string} choice
 */
export function remember(what, choice) {
  try {
    localStorage.setItem(`diancai.${what}`, choice);
  } catch {
    // a private window: the choice holds until the page is left
  }
}
