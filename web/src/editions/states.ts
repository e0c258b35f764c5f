/** The states of an edition, and the look of each. */
export const EDITION_STATES = ["draft", "survey", "consultation", "published", "withdrawing", "withdrawn", "retired"] as const;
export type EditionState = (typeof EDITION_STATES)[number];

const LOOKS: Record<EditionState, string> = { draft: "waiting", survey: "going", consultation: "going", published: "good", withdrawing: "going", withdrawn: "", retired: "" };

/** Before it is published, its draft may be changed. */
export const isUnpublished = (state: EditionState): boolean => ["draft", "survey", "consultation"].includes(state);

export function lookOf(state: EditionState): string {
  return LOOKS[state];
}
