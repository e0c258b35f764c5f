/** The names of the categories; read once, and again for a code that was entered since. */
import { shallowRef } from "vue";

import { all, catalog, Refusal } from "../app/api";
import { i18n, named } from "../app/i18n";

const names = shallowRef<Map<string, [string, string]> | null>(null);
const asked = new Set<string>();
let reading: Promise<void> | null = null;

async function read(): Promise<void> {
  try {
    const items = await all((after) => catalog.GET("/categories", { params: { query: { limit: 500, ...(after && { after }) } } }));
    names.value = new Map(items.map((each) => [each.code, [each.name, each.name_en]]));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  } finally {
    reading = null;
  }
}

export function useCategories() {
  if (names.value === null) reading ??= read();
  return {
    /** No heading shows a code: a category without a name yet is one of the others. */
    categoryOf(code: string): string {
      const found = names.value?.get(code);
      if (found) return named(...found);
      if (names.value !== null && !asked.has(code)) {
        asked.add(code);
        reading ??= read();
      }
      return names.value === null ? "…" : i18n.global.t("menu.other_category");
    },
  };
}
