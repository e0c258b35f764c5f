/** The kinds of entries that can be merged, and how two of a kind are compared and merged. */
import { all, catalog, dispatch, must, requests } from "../app/api";
import type { Entry } from "../directory/kinds";
import { agencyNames, teamNames, townshipNames } from "../directory/names";
import type { components } from "../../types/catalog";

export const MERGEABLE = ["teams", "agencies", "volunteers", "townships"] as const;
export type Mergeable = (typeof MERGEABLE)[number];

export function isMergeable(kind: string): kind is Mergeable {
  return (MERGEABLE as readonly string[]).includes(kind);
}

export type Doubles = components["schemas"]["DoublesAnswer"];
export type Double = components["schemas"]["DoubleAnswer"];
export type Merger = components["schemas"]["MergerAnswer"];
type Personal = "name" | "phone" | "identity";

/** What a row of the comparison may hold, of any kind. */
export type Side = Partial<Entry> & { no?: string; phone?: string | null; identity?: string | null; team_code?: string; merged_into?: string | null } & Omit<Partial<components["schemas"]["VolunteerAnswer"]>, "name" | "state">;

export interface Comparison {
  gone: Side;
  kept: Side;
  different: string[];
  held: { what: string; gone: number; kept: number }[];
  seen: string;
}

/** Fields that are shown side by side; of those in `CHOSEN` one value is chosen. */
export const SHOWN: Record<Mergeable, readonly string[]> = {
  agencies: ["name", "name_en", "credit_code"],
  teams: ["name", "name_en", "agency_code", "members", "area", "state"],
  townships: ["name", "name_en", "population", "area_km2", "valid_from", "valid_to"],
  volunteers: ["name", "phone", "identity", "team_code", "state", "consent_at"],
};
export const CHOSEN: Record<Mergeable, readonly string[]> = {
  agencies: ["name", "name_en", "credit_code"],
  teams: ["name", "name_en", "agency_code", "members", "area"],
  townships: [],
  volunteers: ["name", "phone", "identity"],
};

export type Choice = "gone" | "kept" | "both";
export type Choices = Record<string, Choice>;

export function compare(kind: Mergeable, code: string, into: string): Promise<Comparison> {
  const query = { into };
  const params = { path: { code }, query };
  switch (kind) {
    case "agencies":
      return must(catalog.GET("/agencies/{code}/merging", { params }));
    case "teams":
      return must(catalog.GET("/teams/{code}/merging", { params }));
    case "townships":
      return must(catalog.GET("/townships/{code}/joining", { params }));
    case "volunteers":
      return must(catalog.GET("/volunteers/{volunteer_no}/merging", { params: { path: { volunteer_no: code }, query } })) as Promise<Comparison>;
  }
}

export interface Elsewhere {
  assignments: number;
  ahead: number;
  clashes: { assignment_id: string; township_code: string; on: string; part: string }[];
  orders: number;
}

/** What other services say about the entry that goes. */
export async function elsewhere(kind: Mergeable, code: string, into: string): Promise<Elsewhere | null> {
  if (kind === "teams") {
    const found = await must(dispatch.GET("/merging", { params: { query: { team_code: code, into } } }));
    return { ...found, orders: 0 };
  }
  if (kind === "townships") {
    const counts = await must(requests.GET("/orders/counts", { params: { query: { township_code: code } } }));
    return { assignments: 0, ahead: 0, clashes: [], orders: Object.values(counts).reduce((sum, count) => sum + count, 0) };
  }
  return null;
}

export async function merge(kind: Mergeable, code: string, into: string, found: Comparison, choices: Choices, validFrom: string, confirm: string[]): Promise<void> {
  const { seen } = found;
  const path = { code };
  const chosen = <K extends keyof Side>(field: K): Side[K] => (choices[field] === "gone" ? found.gone[field] : found.kept[field]);
  const names = { name: String(chosen("name")), name_en: String(chosen("name_en")) };
  switch (kind) {
    case "agencies":
      await must(catalog.POST("/agencies/{code}/merge", { params: { path }, body: { into, seen, values: { ...names, credit_code: chosen("credit_code") ?? null } } }));
      return agencyNames.forget();
    case "teams": {
      const area = choices.area === "both" ? [...new Set([...(found.kept.area ?? []), ...(found.gone.area ?? [])])] : (chosen("area") ?? []);
      await must(catalog.POST("/teams/{code}/merge", { params: { path }, body: { into, seen, values: { ...names, agency_code: chosen("agency_code") ?? "", members: chosen("members") ?? 1, area } } }));
      return teamNames.forget();
    }
    case "townships":
      await must(catalog.POST("/townships/{code}/join", { params: { path, query: { confirm } }, body: { into, seen, valid_from: validFrom } }));
      return townshipNames.forget();
    case "volunteers": {
      const take = CHOSEN.volunteers.filter((field) => choices[field] === "gone") as Personal[];
      await must(catalog.POST("/volunteers/{volunteer_no}/merge", { params: { path: { volunteer_no: code } }, body: { into, seen, take } }));
    }
  }
}

const KIND = { agencies: "agency", teams: "team", townships: "township" } as const;

/** What was merged into an entry. */
export function mergers(kind: Mergeable, code: string): Promise<Merger[]> {
  if (kind === "volunteers") return must(catalog.GET("/volunteers/{volunteer_no}/mergers", { params: { path: { volunteer_no: code } } }));
  return must(catalog.GET("/mergers", { params: { query: { kind: KIND[kind], into: code } } }));
}

/** Volunteers that the person may choose from: of one team. */
export function colleagues(team: string): Promise<{ no: string; name: string | null }[]> {
  return all((after) => catalog.GET("/volunteers", { params: { query: { team_code: team, limit: 500, ...(after && { after }) } } }));
}
