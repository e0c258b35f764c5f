/** What a team says in a survey, as its form holds it, and in words. */
import { number } from "../app/i18n";
import { i18n } from "../app/i18n";
import type { components } from "../../types/catalog";

export type Survey = components["schemas"]["SurveyAnswer"];
type Pairs = Record<string, unknown[]>;
export type Outcome = Omit<components["schemas"]["OutcomeAnswer"], "changed" | "since"> & { changed: Pairs; since: Pairs };
export type Reply = components["schemas"]["FormAnswer"];
export type Question = components["schemas"]["QuestionAnswer"];
export type Proposal = components["schemas"]["ProposalAnswer"];
export type Said = components["schemas"]["LineBody"];

export const PROVISIONS = ["tables", "chairs", "power", "shade", "water", "room", "projector", "loudspeaker"] as const;
export const DECLINE_REASONS = ["on_menu_already", "not_now", "unsuitable", "other"] as const;
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export const PARTS = ["morning", "afternoon"] as const;

/** What a team says about an item while it is typed; an empty number is not said. */
export interface Line {
  item_code: string;
  offers: boolean;
  times_a_week: number | "";
  volunteers: number | "";
  not_on: string[];
  not_on_words: string;
  township_provides: string[];
  remark: string;
}

/** The line as it was said last time, or as the item is; with it a question is answered by one touch. */
export function lineOf(item_code: string, said: NonNullable<Question["line"]>, offers = said.offers): Line {
  return {
    item_code,
    offers,
    times_a_week: said.times_a_week ?? "",
    volunteers: said.volunteers ?? "",
    not_on: [...said.not_on],
    not_on_words: said.not_on_words ?? "",
    township_provides: [...said.township_provides],
    remark: said.remark ?? "",
  };
}

export function bodyOf(line: Line): Said {
  return {
    item_code: line.item_code,
    offers: line.offers,
    times_a_week: line.times_a_week === "" ? null : Number(line.times_a_week),
    volunteers: line.volunteers === "" ? null : Number(line.volunteers),
    not_on: line.not_on as NonNullable<Said["not_on"]>,
    not_on_words: line.not_on_words.trim() || null,
    township_provides: line.township_provides as NonNullable<Said["township_provides"]>,
    remark: line.remark.trim() || null,
  };
}

/** What was said, in a few words: "每周 3 次 · 4 人 · 周一上午不行". */
export function inWords(said: Omit<Said, "item_code">): string {
  const { t } = i18n.global;
  const halves = (said.not_on ?? []).map((half) => {
    const [weekday, part] = half.split("_");
    return `${t(`weekday.${weekday}`)}${t(`part.${part}`)}`;
  });
  const parts = said.offers
    ? [
        said.times_a_week ? t("survey.times", { count: number(said.times_a_week) }) : "",
        said.volunteers ? t("survey.people", { count: number(said.volunteers) }) : "",
        halves.length ? t("survey.not_on_said", { halves: halves.join(t("comma")) }) : "",
        said.not_on_words ?? "",
        said.township_provides?.length ? t("survey.needs", { things: said.township_provides.map((each) => t(`provision.${each}`)).join(t("comma")) }) : "",
      ]
    : [t("survey.no")];
  const words = [...parts, said.remark ?? ""].filter(Boolean);
  return words.length ? words.join(" · ") : t("survey.yes");
}
