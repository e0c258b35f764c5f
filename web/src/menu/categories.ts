/** The names of the categories; read once. */
import { shallowRef } from "vue";

import { all, catalog, Refusal } from "../app/api";
import { named } from "../app/i18n";

const names = shallowRef<Map<string, [string, string]>>(new Map());
let reading: Promise<void> | null = null;

export function useCategories() {
  reading ??= all((after) => catalog.GET("/categories", { params: { query: { limit: 500, ...(after && { after }) } } }))
    .then((items) => void (names.value = new Map(items.map((each) => [each.code, [each.name, each.name_en]]))))
    .catch((error) => {
      reading = null;
      if (!(error instanceof Refusal)) throw error;
    });
  return {
    categoryOf(code: string): string {
      const found = names.value.get(code);
      return found ? named(...found) : code;
    },
  };
}
