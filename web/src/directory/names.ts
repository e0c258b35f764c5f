/** Names of agencies, categories, teams, townships and items; each read once, and again after a change. */
import { computed, shallowRef, type ComputedRef } from "vue";

import { all, catalog, Refusal } from "../app/api";
import { named } from "../app/i18n";

interface Entry {
  code: string;
  name: string;
  name_en: string;
}

export interface Names<T extends Entry> {
  entries: ComputedRef<T[]>;
  nameOf(code: string | null | undefined): string;
}

function names<T extends Entry>(readAll: () => Promise<T[]>): { use(): Names<T>; forget(): void } {
  const found = shallowRef<T[] | null>(null);
  const byCode = computed(() => new Map(found.value?.map((entry) => [entry.code, entry])));
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    try {
      found.value = await readAll();
    } catch (error) {
      reading = null;
      if (!(error instanceof Refusal)) throw error; // nothing to choose from then; lists show no name
    }
  }
  return {
    use() {
      reading ??= read();
      return {
        entries: computed(() => found.value ?? []),
        nameOf(code) {
          const entry = code ? byCode.value.get(code) : undefined;
          return entry ? named(entry.name, entry.name_en) : "";
        },
      };
    },
    forget() {
      if (reading !== null) reading = read();
    },
  };
}

type Query = { limit: number; after?: string };
const query = (after: string | undefined): { params: { query: Query } } => ({ params: { query: { limit: 500, ...(after && { after }) } } });

export const agencyNames = names(() => all((after) => catalog.GET("/agencies", query(after))));
export const categoryNames = names(() => all((after) => catalog.GET("/categories", query(after))));
export const teamNames = names(() => all((after) => catalog.GET("/teams", query(after))));
export const townshipNames = names(() => all((after) => catalog.GET("/townships", query(after))));
export const itemNames = names(() => all((after) => catalog.GET("/items", query(after))));
