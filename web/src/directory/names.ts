/** Names of agencies, categories, teams, townships and items; each read once, and again after a change. */
import { computed, shallowRef, type ComputedRef } from "vue";

import { all, catalog, Refusal } from "../app/api";
import { named } from "../app/i18n";

interface Entry {
  code: string;
  name: string;
  name_en: string;
}

interface Recoded {
  code: string;
  former_code?: string | null;
  is_former?: boolean;
}

/** Each township once: by the code that it has now, be another one entered ahead or gone. */
export function byPresentCode<T extends Recoded>(townships: T[]): T[] {
  const current = new Set(townships.filter((each) => !each.is_former).map((each) => each.code));
  return townships.filter((each) => !each.is_former && !(each.former_code && current.has(each.former_code)));
}

export interface Names<T extends Entry> {
  entries: ComputedRef<T[]>;
  nameOf(code: string | null | undefined): string;
}

/** @param choices those that can be chosen; all have names. */
function names<T extends Entry>(readAll: () => Promise<T[]>, choices: (found: T[]) => T[] = (found) => found): { use(): Names<T>; forget(): void } {
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
        entries: computed(() => choices(found.value ?? [])),
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
export const townshipNames = names(() => all((after) => catalog.GET("/townships", query(after))), byPresentCode);
export const itemNames = names(() => all((after) => catalog.GET("/items", query(after))));
