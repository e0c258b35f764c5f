/** The ways beside the inbox, and what became of a test. */
import type { components } from "../../types/notify";
import { i18n, moment } from "../app/i18n";

export type Gateway = components["schemas"]["GatewayAnswer"];
export type GatewayDraft = components["schemas"]["GatewayBody"];
type Outcome = components["schemas"]["TestAnswer"];

export function outcomeWords({ outcome, detail, until }: Outcome): string {
  const { t } = i18n.global;
  const words = t(`outcome.${outcome}`);
  if (until) return t("outcome_until", { words, at: moment(until) });
  return detail ? t("outcome_code", { words, code: detail }) : words;
}
