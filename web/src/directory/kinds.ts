/** The kinds of entries of the directory, and how each is listed, read and entered. */
import { catalog, must, mustWithHeaders } from "../app/api";
import type { FileCall } from "../app/download";
import type { Precondition } from "../app/form";
import type { Listed } from "../app/list";
import type { Kind } from "./sections";
import { agencyNames, categoryNames, teamNames, townshipNames } from "./names";

/** What a row or a form of any kind may hold. */
export interface Entry {
  code: string;
  name: string;
  name_en: string;
  agency_code?: string;
  members?: number;
  state?: "active" | "retired";
  lat?: number;
  lon?: number;
}

/** What the form of an entry holds; numbers are empty until they are typed. */
export interface Draft {
  code: string;
  name: string;
  name_en: string;
  agency_code: string;
  members: number | "";
  lat: number | "";
  lon: number | "";
}

export const FIELDS: Record<Kind, readonly (keyof Draft)[]> = {
  agencies: ["name", "name_en"],
  categories: ["name", "name_en"],
  teams: ["name", "name_en", "agency_code", "members"],
  townships: ["code", "name", "name_en", "lat", "lon"],
};

type Query = Record<string, string | number>;

export function list(kind: Kind, query: Query): Promise<Listed<Entry>> {
  const params = { query: query as object };
  switch (kind) {
    case "agencies":
      return must(catalog.GET("/agencies", { params }));
    case "categories":
      return must(catalog.GET("/categories", { params }));
    case "teams":
      return must(catalog.GET("/teams", { params }));
    case "townships":
      return must(catalog.GET("/townships", { params }));
  }
}

/** The list as a file. */
export function file(kind: Kind, query: object): FileCall {
  return catalog.GET(`/${kind}.xlsx`, { params: { query }, parseAs: "blob" });
}

export function get(kind: Kind, code: string): Promise<{ data: Entry; headers: Headers }> {
  const params = { path: { code } };
  switch (kind) {
    case "agencies":
      return mustWithHeaders(catalog.GET("/agencies/{code}", { params }));
    case "categories":
      return mustWithHeaders(catalog.GET("/categories/{code}", { params }));
    case "teams":
      return mustWithHeaders(catalog.GET("/teams/{code}", { params }));
    case "townships":
      return mustWithHeaders(catalog.GET("/townships/{code}", { params }));
  }
}

/** @throws Refusal */
export async function put(kind: Kind, code: string, draft: Draft, header: Precondition): Promise<void> {
  const params = { path: { code }, header };
  const names = { name: draft.name.trim(), name_en: draft.name_en.trim() };
  switch (kind) {
    case "agencies":
      await must(catalog.PUT("/agencies/{code}", { params, body: names }));
      return agencyNames.forget();
    case "categories":
      await must(catalog.PUT("/categories/{code}", { params, body: names }));
      return categoryNames.forget();
    case "teams":
      await must(catalog.PUT("/teams/{code}", { params, body: { ...names, agency_code: draft.agency_code, members: Number(draft.members) } }));
      return teamNames.forget();
    case "townships":
      await must(catalog.PUT("/townships/{code}", { params, body: { ...names, lat: Number(draft.lat), lon: Number(draft.lon) } }));
      return townshipNames.forget();
  }
}
