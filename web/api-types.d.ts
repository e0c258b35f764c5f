/** The GET operations of the services, typed by what their OpenAPI documents say. */
import type { paths as Dispatch } from "./types/dispatch";
import type { paths as Notify } from "./types/notify";
import type { paths as Requests } from "./types/requests";

export interface Services {
  dispatch: Dispatch;
  notify: Notify;
  requests: Requests;
}

export type Service = keyof Services;

type Operation<S extends Service, P extends Path<S>> = Services[S][P] extends { get: infer O } ? O : never;

export type Path<S extends Service> = keyof Services[S] & string;

/** What goes into the path and behind the question mark. */
export type Parameters<S extends Service, P extends Path<S>> =
  Operation<S, P> extends { parameters: infer A } ? Pick<A, keyof A & ("path" | "query")> : never;

/** The body of the answer; `never` where there is no such operation. */
export type Answer<S extends Service, P extends Path<S>> =
  Operation<S, P> extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;
