/** The states of an edition, and the look of each. */
export const EDITION_STATES = ["draft", "published", "withdrawing", "withdrawn"] as const;
export type EditionState = (typeof EDITION_STATES)[number];

const LOOKS: Record<EditionState, string> = { draft: "waiting", published: "good", withdrawing: "going", withdrawn: "" };

export function lookOf(state: EditionState): string {
  return LOOKS[state];
}
