/**
 * The one pattern of a form: errors stand beside their fields, what was typed is kept, and whoever edits
 * something that somebody else has changed meanwhile sees both and decides.
 */
import { computed, nextTick, reactive, ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { question, useAct } from "./act";
import { Refusal, type FieldProblem } from "./api";
import { i18n, sentences } from "./i18n";

export interface Form {
  busy: Ref<boolean>;
  /** What was refused and belongs to none of the form's fields. */
  rest: Ref<Refusal | null>;
  /** What is wrong with a field; empty when nothing is. */
  wrong(field: string): string;
  /** Whether all these are filled in; says so beside those that are not. */
  require(values: Record<string, unknown>): boolean;
  run<T>(call: (confirm: string[]) => Promise<T>): Promise<T | undefined>;
}

const base = (field: string): string => field.replace(/^body\./, "").split(/[.[]/)[0] ?? field;

/** @param fields the names of the fields, as the service calls them. */
export function useForm(fields: readonly string[]): Form {
  const { busy, refusal, run } = useAct();
  const missing = ref<string[]>([]);

  const problems = computed<Pick<FieldProblem, "field" | "detail" | "remedy">[]>(() => {
    const problem = refusal.value?.problem;
    if (!problem) return [];
    if (problem.errors?.length) return problem.errors;
    return problem.field ? [{ field: problem.field, detail: problem.detail ?? "", remedy: problem.remedy ?? "" }] : [];
  });
  const rest = computed(() => (refusal.value && (problems.value.length === 0 || problems.value.some((each) => !fields.includes(base(each.field)))) ? refusal.value : null));

  function wrong(field: string): string {
    if (missing.value.includes(field)) return i18n.global.t("form.missing");
    return problems.value.filter((each) => base(each.field) === field).map((each) => sentences(each.detail, each.remedy)).join(" ");
  }

  async function showFirst(): Promise<void> {
    await nextTick();
    if (question.value === null) document.querySelector<HTMLElement>("form [aria-invalid='true']")?.focus();
  }

  return {
    busy,
    rest,
    wrong,
    require(values) {
      missing.value = Object.entries(values).flatMap(([field, value]) => (value === "" || value === null || (Array.isArray(value) && value.length === 0) || Number.isNaN(value) ? [field] : []));
      if (missing.value.length) void showFirst();
      return missing.value.length === 0;
    },
    async run(call) {
      const done = await run(call);
      if (done === undefined) void showFirst();
      return done;
    },
  };
}

export interface Editing<D extends object> extends Form {
  draft: D;
  /** Whether what is edited is read; at once for something new. */
  ready: Ref<boolean>;
  unread: ShallowRef<Refusal | null>;
  /** What somebody else has saved meanwhile, while the person decides. */
  theirs: ShallowRef<D | null>;
  load(): Promise<void>;
  /** Takes over what somebody else saved. */
  takeTheirs(): void;
  /** Goes on with what was typed; the next save replaces what somebody else saved. */
  keepMine(): void;
  /** What was edited has another version since something beside the form was changed here; what is typed stays. */
  takeVersion(): Promise<void>;
  /** @returns whether it was saved. */
  save(): Promise<boolean>;
}

export type Precondition = { "If-Match": string } | { "If-None-Match": string };

/** Edits something that exists, by `read`, or enters something new where `read` is null. */
export function useEditing<D extends object>(how: {
  fields: readonly (keyof D & string)[];
  blank: () => D;
  read: (() => Promise<{ draft: D; headers: Headers }>) | null;
  write: (draft: D, header: Precondition, confirm: string[]) => Promise<unknown>;
}): Editing<D> {
  const form = useForm(how.fields);
  const draft = reactive(how.blank()) as D;
  const ready = ref(how.read === null);
  const unread: ShallowRef<Refusal | null> = shallowRef(null);
  const theirs = shallowRef(null) as ShallowRef<D | null>;
  let etag = "";
  let newer = "";

  async function load(): Promise<void> {
    if (how.read === null) return;
    try {
      const found = await how.read();
      Object.assign(draft, found.draft);
      etag = found.headers.get("ETag") ?? "";
      unread.value = null;
      ready.value = true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      unread.value = error;
    }
  }

  async function write(confirm: string[]): Promise<boolean> {
    try {
      await how.write(draft, how.read === null ? { "If-None-Match": "*" } : { "If-Match": etag }, confirm);
      return true;
    } catch (error) {
      // Something that is set for the first time may have been set meanwhile.
      if (!(error instanceof Refusal) || !["changed_meanwhile", "exists_already"].includes(error.problem.code ?? "") || how.read === null) throw error;
      const now = await how.read();
      newer = now.headers.get("ETag") ?? "";
      theirs.value = now.draft;
      return false;
    }
  }

  void load();
  return {
    ...form,
    draft,
    ready,
    unread,
    theirs,
    load,
    takeTheirs() {
      Object.assign(draft, theirs.value);
      etag = newer;
      theirs.value = null;
    },
    keepMine() {
      etag = newer;
      theirs.value = null;
    },
    async takeVersion() {
      const now = await how.read?.();
      if (now) etag = now.headers.get("ETag") ?? etag;
    },
    save: async () => (await form.run(write)) ?? false,
  };
}

/** Runs a change of something that was read before; where somebody else has saved it meanwhile, `tell` shows what. */
export async function unlessChanged<T>(change: () => Promise<T>, tell: () => Promise<void>): Promise<T | undefined> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.code !== "changed_meanwhile") throw error;
    await tell();
    return undefined;
  }
}

const LONGEST_CODE = 40;

/** A code for something new, from its English name; `turn` counts the tries when others have it. */
export function codeFrom(name: string, otherwise: string, turn = 0): string {
  const words = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || otherwise;
  const end = turn ? `-${turn + 1}` : "";
  return words.slice(0, LONGEST_CODE - end.length).replace(/-+$/, "") + end;
}

/** Enters something under the first free code. @throws Refusal */
export async function underFreeCode<T>(name: string, otherwise: string, put: (code: string) => Promise<T>): Promise<T> {
  for (let turn = 0; ; turn++) {
    try {
      return await put(codeFrom(name, otherwise, turn));
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem.code !== "exists_already" || turn > 20) throw error;
    }
  }
}
