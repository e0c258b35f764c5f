/** Windows, what they are for, and who holds their posts. */
import { shallowRef } from "vue";

import { catalog, must } from "../app/api";
import type { components } from "../../types/catalog";

export type Window = components["schemas"]["WindowAnswer"];
export type Kind = components["schemas"]["KindAnswer"];
export type Post = components["schemas"]["PostAnswer"];
export type Holder = components["schemas"]["PostHolderAnswer"];

export const kinds = shallowRef<Kind[]>([]);

/** Reads what windows are for. @throws Refusal */
export async function readKinds(): Promise<void> {
  kinds.value = await must(catalog.GET("/window-kinds"));
}

/** How a pledge stands, as the look of its mark. */
export const LOOK = { none: "", waiting: "waiting", approved: "good", returned: "bad" } as const;
