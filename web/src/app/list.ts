/** Lists that a service searches, filters, orders and hands out page by page. */
import { computed, onScopeDispose, reactive, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";

import { Refusal } from "./api";
import type { FileCall } from "./download";

const PAGE = 50;
const TYPING_MILLISECONDS = 250;

export interface Page<T> {
  items: T[];
  next_after?: string | null;
}

export interface Listed<T> extends Page<T> {
  total: number;
}

export type Query = Record<string, string | number>;

/** The pages of a list that were read so far. */
export interface Pages<T, P> {
  /** The page that was read last. */
  page: ShallowRef<P | null>;
  items: ShallowRef<T[]>;
  hasMore: ComputedRef<boolean>;
  loading: Ref<boolean>;
  refusal: ShallowRef<Refusal | null>;
  more(): Promise<void>;
  reload(): Promise<void>;
}

/** `read` gives the page that follows `after`, the first one without it; an answer that comes late is dropped. */
export function usePages<T, P extends Page<T>>(read: (after: string | null) => Promise<P>): Pages<T, P> {
  const page: ShallowRef<P | null> = shallowRef(null);
  const items: ShallowRef<T[]> = shallowRef([]);
  const refusal = shallowRef<Refusal | null>(null);
  const loading = ref(true);
  const next = computed(() => page.value?.next_after ?? null);
  let turn = 0;

  async function ask(after: string | null): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const found = await read(after);
      if (mine !== turn) return;
      items.value = after === null ? found.items : [...items.value, ...found.items];
      page.value = found;
      refusal.value = null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (mine === turn) refusal.value = error;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  onScopeDispose(() => turn++);
  void ask(null);
  return { page, items, hasMore: computed(() => next.value !== null), loading, refusal, more: () => ask(next.value), reload: () => ask(null) };
}

/** What a list is asked for; an empty text is no filter. */
export type Filters = Record<string, string>;

export interface List<T> extends Omit<Pages<T, Listed<T>>, "page"> {
  filters: Filters;
  total: ComputedRef<number | null>;
  /** What is asked for now, but for the page. */
  query(): Record<string, string>;
  /** Asks for the whole list as a file, if it can be exported. */
  file?: (query: Record<string, string>) => FileCall;
  isFiltered(): boolean;
  clear(): void;
}

/** What was last asked for, so that whoever comes back from an entry finds the list as it was. */
const kept = new Map<string, Filters>();

/**
 * @param name of the list in this session.
 * @param start the filters that the list has, with what they are at first; `sort` is no filter.
 * @param read asks for one page; filters without a value are left out of `query`.
 * @param file asks for the whole list as a file.
 */
export function useList<T>(name: string, start: Filters, read: (query: Query) => Promise<Listed<T>>, file?: List<T>["file"]): List<T> {
  const filters = reactive<Filters>({ ...start, ...kept.get(name) });
  const query = (): Record<string, string> => Object.fromEntries(Object.entries(filters).flatMap(([filter, value]) => (value.trim() ? [[filter, value.trim()]] : [])));
  const { page, ...pages } = usePages<T, Listed<T>>((after) => read({ limit: PAGE, ...query(), ...(after !== null && { after }) }));
  let timer = 0;

  watch(filters, () => {
    kept.set(name, { ...filters });
    clearTimeout(timer);
    timer = window.setTimeout(() => void pages.reload(), TYPING_MILLISECONDS);
  });
  onScopeDispose(() => clearTimeout(timer));

  return {
    ...pages,
    filters,
    total: computed(() => page.value?.total ?? null),
    query,
    ...(file && { file }),
    isFiltered: () => Object.entries(filters).some(([filter, value]) => filter !== "sort" && value !== (start[filter] ?? "")),
    clear: () => void Object.assign(filters, start, { sort: filters.sort ?? "" }),
  };
}
