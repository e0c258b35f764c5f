/** The services, typed by their OpenAPI documents. Every refusal becomes a `Refusal` with words for the reader. */
import createClient, { type Client } from "openapi-fetch";

import type { paths as Catalog } from "../../types/catalog";
import type { paths as Dispatch, components } from "../../types/dispatch";
import type { paths as Notify } from "../../types/notify";
import type { paths as Requests } from "../../types/requests";
import { language } from "./i18n";
import { bearer, distrust, ProviderAway } from "./session";

export type Problem = components["schemas"]["Problem"];
export type FieldProblem = components["schemas"]["FieldProblem"];

const PATIENCE_MILLISECONDS = 15_000;
const OFFLINE = "offline";
const NOT_MODIFIED = 304;

/** What a service refused, or that it can't be reached (`code` is then `offline`). */
export class Refusal extends Error {
  readonly problem: Partial<Problem>;
  readonly status: number;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.code ?? String(status));
    this.status = status;
    this.problem = problem;
  }

  get isOffline(): boolean {
    return this.problem.code === OFFLINE;
  }

  /** What may be a mistake, where the service asks whether to go on. */
  get doubts(): FieldProblem[] {
    return this.problem.code === "confirmation_needed" ? (this.problem.errors ?? []) : [];
  }
}

function client<P extends object>(service: string): Client<P> {
  return createClient<P>({ baseUrl: `/api/${service}`, fetch: ask });
}

export const catalog = client<Catalog>("catalog");
export const requests = client<Requests>("requests");
export const dispatch = client<Dispatch>("dispatch");
export const notify = client<Notify>("notify");

/** Sends a request on behalf of whoever is signed in; once more with a new token when the one in hand is refused. */
async function ask(request: Request): Promise<Response> {
  for (let turn = 0; ; turn++) {
    const token = await bearer();
    const again = request.clone();
    again.headers.set("Accept-Language", language());
    if (token !== null) again.headers.set("Authorization", `Bearer ${token}`);
    const response = await fetch(again, { signal: request.signal });
    if (response.status !== 401 || turn > 0 || token === null) return response;
    distrust();
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered. @throws Refusal */
export async function must<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await mustWithHeaders(call)).data;
}

/** The same, with the headers, for whoever needs the ETag. @throws Refusal */
export async function mustWithHeaders<T>(call: Promise<Answer<T>>): Promise<{ data: T; headers: Headers }> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof TypeError || error instanceof ProviderAway || error instanceof DOMException) throw new Refusal(0, { code: OFFLINE });
    throw error;
  }
  if (!answer.response.ok) throw new Refusal(answer.response.status, (answer.error ?? {}) as Partial<Problem>);
  return { data: answer.data as T, headers: answer.response.headers };
}

/** Reads what is asked again and again: the service sends it anew only when it has changed. */
export function polled<T>(call: (headers: Record<string, string>) => Promise<Answer<T>>): () => Promise<T> {
  let last: { data: T; tag: string } | null = null;
  return async () => {
    try {
      const { data, headers } = await mustWithHeaders(call(last ? { "If-None-Match": last.tag } : {}));
      const tag = headers.get("etag");
      last = tag === null ? null : { data, tag };
      return data;
    } catch (error) {
      if (last && error instanceof Refusal && error.status === NOT_MODIFIED) return last.data;
      throw error;
    }
  };
}

/** A signal for a request that somebody waits for. */
export function patience(milliseconds = PATIENCE_MILLISECONDS): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

interface Page<T> {
  items: T[];
  next_after?: string | null;
}

/** All items of a list that is read page by page. @throws Refusal */
export async function all<T>(read: (after: string | undefined) => Promise<Answer<Page<T>>>): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await must(read(after));
    items.push(...page.items);
    after = page.next_after ?? undefined;
  } while (after !== undefined);
  return items;
}
