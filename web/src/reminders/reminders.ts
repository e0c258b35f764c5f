/** How somebody is told: which post it is about, its addresses, and what it wants. */
import type { components } from "../../types/notify";
import { all, catalog, must, notify } from "../app/api";
import { named } from "../app/i18n";
import { account, has } from "../app/session";

export type Address = components["schemas"]["AddressAnswer"];
export type Preferences = components["schemas"]["PreferencesAnswer"];
export type Kind = components["schemas"]["KindBody"]["kind"];
export type Way = components["schemas"]["KindBody"]["channels"][number];
export type Rhythm = components["schemas"]["PreferencesAnswer"]["rhythm"];
export type AddressChannel = "email" | "sms";

export const ADDRESS_CHANNELS: AddressChannel[] = ["email", "sms"];
export const RHYTHMS: Rhythm[] = ["at_once", "daily", "weekly"];
export const WAYS: Way[] = ["email", "sms", "robot"];

export const kindOfPost = (post: string): string => post.split(".")[0] ?? "";

/** Robots speak to groups; a person has none. */
export const waysOf = (post: string): Way[] => (["volunteer", "account"].includes(kindOfPost(post)) ? ADDRESS_CHANNELS : WAYS);

export interface StandIn {
  id: string;
  name: string;
}

/** Who may stand in for a post, by name; null where one is named by number. @throws Refusal */
export async function standInsFor(post: string): Promise<StandIn[] | null> {
  const others = (found: StandIn[]): StandIn[] => found.filter(({ id }) => id !== post);
  if (kindOfPost(post) === "township") {
    const townships = await all((after) => catalog.GET("/townships", { params: { query: { limit: 200, ...(after && { after }) } } }));
    return others(townships.map(({ code, name, name_en }) => ({ id: `township.${code}`, name: named(name, name_en) })));
  }
  if (kindOfPost(post) === "team") {
    const teams = await all((after) => catalog.GET("/teams", { params: { query: { limit: 200, ...(after && { after }) } } }));
    return others(teams.map(({ code, name, name_en }) => ({ id: `team.${code}`, name: named(name, name_en) })));
  }
  if (kindOfPost(post) === "account" && has("coordinator")) {
    const coordinators = await must(catalog.GET("/accounts/coordinators"));
    return coordinators.filter(({ id }) => id !== account.value?.id).map(({ id, name }) => ({ id: `account.${id}`, name }));
  }
  return null;
}

export const readAddresses = (post: string): Promise<Address[]> => must(notify.GET("/recipients/{recipient_id}/addresses", { params: { path: { recipient_id: post } } }));

export const readPreferences = (post: string): Promise<Preferences> => must(notify.GET("/recipients/{recipient_id}/preferences", { params: { path: { recipient_id: post } } }));
