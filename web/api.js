// @ts-check
/** Reads from the services; every path and answer is typed by their OpenAPI documents. */

import { bearer, distrust } from "./session.js";
import { language } from "./texts.js";

/** @typedef {import("./api-types").Service} Service */

const PATIENCE_MILLISECONDS = 10_000;
const LONGEST_PAGE = 500;

/** A service that can't be reached (status 0), or that refused; with its problem document where it gave one. */
export class Trouble extends Error {
  /**
   * @param {Service | "catalog"} service catalog for its provider, where people sign in
   * @param {number} status
   * @param {{detail?: string, remedy?: string}} problem
   */
  constructor(service, status, problem = {}) {
    super(`${service}: ${status}`);
    this.service = service;
    this.status = status;
    this.problem = problem;
  }
}

/**
 * @template {Service} S
 * @template {import("./api-types").Path<S>} P
 * @param {S} service
 * @param {P} path as the OpenAPI document writes it, e.g. `/plans/{plan_id}`
 * @param {import("./api-types").Parameters<S, P>} parameters
 */
export function address(service, path, parameters) {
  const given = /** @type {{path?: Record<string, string>, query?: Record<string, string>}} */ (parameters);
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given.path?.[name] ?? ""));
  const query = new URLSearchParams(given.query).toString();
  return `/api/${service}${filled}${query && `?${query}`}`;
}

/**
 * @template {Service} S
 * @template {import("./api-types").Path<S>} P
 * @param {S} service
 * @param {P} path
 * @param {import("./api-types").Parameters<S, P>} parameters
 * @returns {Promise<import("./api-types").Answer<S, P>>}
 * @throws {Trouble}
 */
export async function get(service, path, parameters) {
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  let response;
  try {
    response = await ask(address(service, path, parameters), "application/json", signal);
    if (response.ok) return await response.json();
  } catch {
    throw new Trouble(service, 0);
  }
  throw new Trouble(service, response.status, await response.json().catch(() => ({})));
}

/**
 * Asks on behalf of whoever is signed in; once more with a new token when the one in hand is refused.
 * @param {string} url
 * @param {string} accepted a media type
 * @param {AbortSignal} signal
 * @param {Record<string, string>} more headers
 */
export async function ask(url, accepted, signal, more = {}) {
  for (let turn = 0; ; turn++) {
    const token = await bearer();
    const headers = { Accept: accepted, "Accept-Language": language(), ...(token && { Authorization: `Bearer ${token}` }), ...more };
    const response = await fetch(url, { headers, signal });
    if (response.status !== 401 || turn > 0 || token === null) return response;
    distrust();
  }
}

/**
 * All items of a list that is read page by page.
 * @template T
 * @param {(page: {after?: string, limit: number}) => Promise<{items: T[], next_after: string | null}>} read
 * @returns {Promise<T[]>}
 */
export async function all(read) {
  const items = [];
  let after;
  do {
    const page = await read({ limit: LONGEST_PAGE, ...(after && { after }) });
    items.push(...page.items);
    after = page.next_after;
  } while (after);
  return items;
}
