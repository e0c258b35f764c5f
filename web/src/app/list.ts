/** A list that the service searches, filters, orders, counts and hands out page by page. */
import { onScopeDispose, reactive, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";

import { Refusal } from "./api";

const PAGE = 50;
const TYPING_MILLISECONDS = 250;

export interface Listed<T> {
  items: T[];
  next_after: string | null;
  total: number;
}

/** What a list is asked for; an empty text is no filter. */
export type Filters = Record<string, string>;

export interface List<T> {
  filters: Filters;
  items: ShallowRef<T[]>;
  total: Ref<number | null>;
  hasMore: Ref<boolean>;
  loading: Ref<boolean>;
  refusal: ShallowRef<Refusal | null>;
  isFiltered(): boolean;
  clear(): void;
  more(): Promise<void>;
  reload(): Promise<void>;
}

/** What was last asked for, so that whoever comes back from an entry finds the list as it was. */
const kept = new Map<string, Filters>();

/**
 * @param name of the list in this session.
 * @param start the filters that the list has, with what they are at first; `sort` is no filter.
 * @param read asks for one page; filters without a value are left out of `query`.
 */
export function useList<T>(name: string, start: Filters, read: (query: Record<string, string | number>) => Promise<Listed<T>>): List<T> {
  const filters = reactive<Filters>({ ...start, ...kept.get(name) });
  const items = shallowRef<T[]>([]);
  const total = ref<number | null>(null);
  const refusal = shallowRef<Refusal | null>(null);
  const loading = ref(true);
  const hasMore = ref(false);
  let next: string | null = null;
  let turn = 0;
  let timer = 0;

  async function ask(after: string | null): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    const query: Record<string, string | number> = { limit: PAGE };
    for (const [filter, value] of Object.entries(filters)) if (value.trim()) query[filter] = value.trim();
    if (after !== null) query.after = after;
    try {
      const page = await read(query);
      if (mine !== turn) return;
      items.value = after === null ? page.items : [...items.value, ...page.items];
      total.value = page.total;
      next = page.next_after;
      hasMore.value = next !== null;
      refusal.value = null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (mine === turn) refusal.value = error;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch(filters, () => {
    kept.set(name, { ...filters });
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(null), TYPING_MILLISECONDS);
  });
  onScopeDispose(() => {
    turn++;
    clearTimeout(timer);
  });
  void ask(null);

  return {
    filters,
    items,
    total,
    hasMore,
    loading,
    refusal,
    isFiltered: () => Object.entries(filters).some(([filter, value]) => filter !== "sort" && value !== (start[filter] ?? "")),
    clear: () => void Object.assign(filters, start, { sort: filters.sort ?? "" }),
    more: () => ask(next),
    reload: () => ask(null),
  };
}
