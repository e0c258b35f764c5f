/** The kinds of entries of the directory, and how each is listed, read and entered. */
import { catalog, must, mustWithHeaders } from "../app/api";
import type { FileCall } from "../app/download";
import type { Precondition } from "../app/form";
import type { Listed } from "../app/list";
import type { Holder } from "../contacts/contacts";
import type { Kind } from "./sections";
import { agencyNames, categoryNames, teamNames, townshipNames } from "./names";

/** What a row or a form of any kind may hold. */
export interface Entry {
  code: string;
  name: string;
  name_en: string;
  agency_code?: string;
  members?: number;
  state?: "active" | "retired" | "merged";
  merged_into?: string | null;
  area?: string[];
  lat?: number;
  lon?: number;
  population?: number | null;
  area_km2?: number | null;
  valid_from?: string | null;
  valid_to?: string | null;
  former_code?: string | null;
  new_code?: string | null;
  is_former?: boolean;
  credit_code?: string | null;
}

/** What the form of an entry holds; numbers are empty until they are typed. */
export interface Draft {
  code: string;
  name: string;
  name_en: string;
  agency_code: string;
  members: number | "";
  area: string[];
  lat: number | "";
  lon: number | "";
  population: number | "";
  area_km2: number | "";
  valid_from: string;
  valid_to: string;
  credit_code: string;
}

export const BLANK: Draft = { code: "", name: "", name_en: "", agency_code: "", members: "", area: [], lat: "", lon: "", population: "", area_km2: "", valid_from: "", valid_to: "", credit_code: "" };

export const FIELDS: Record<Kind, readonly (keyof Draft)[]> = {
  agencies: ["name", "name_en", "credit_code"],
  categories: ["name", "name_en"],
  teams: ["name", "name_en", "agency_code", "members", "area"],
  townships: ["code", "name", "name_en", "lat", "lon", "population", "area_km2", "valid_from", "valid_to"],
};
/** Which kinds have contacts, and what they are called there. */
export const HOLDERS: Partial<Record<Kind, Holder>> = { agencies: "agency", teams: "team", townships: "township" };
/** Fields that may stay empty. */
export const OPTIONAL: readonly (keyof Draft)[] = ["area", "population", "area_km2", "valid_from", "valid_to", "credit_code"];

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
export async function put(kind: Kind, code: string, draft: Draft, header: Precondition, confirm: string[]): Promise<void> {
  const params = { path: { code }, header };
  const names = { name: draft.name.trim(), name_en: draft.name_en.trim() };
  switch (kind) {
    case "agencies":
      await must(catalog.PUT("/agencies/{code}", { params: { ...params, query: { confirm } }, body: { ...names, credit_code: draft.credit_code.trim() || null } }));
      return agencyNames.forget();
    case "categories":
      await must(catalog.PUT("/categories/{code}", { params, body: names }));
      return categoryNames.forget();
    case "teams":
      await must(catalog.PUT("/teams/{code}", { params, body: { ...names, agency_code: draft.agency_code, members: Number(draft.members), area: draft.area } }));
      return teamNames.forget();
    case "townships":
      await must(catalog.PUT("/townships/{code}", { params, body: { ...names, lat: Number(draft.lat), lon: Number(draft.lon), ...office(draft) } }));
      return townshipNames.forget();
  }
}

/** What may be left empty of a township. */
function office(draft: Draft) {
  const numberOrNone = (value: number | ""): number | null => (value === "" ? null : Number(value));
  return { population: numberOrNone(draft.population), area_km2: numberOrNone(draft.area_km2), valid_from: draft.valid_from || null, valid_to: draft.valid_to || null };
}
