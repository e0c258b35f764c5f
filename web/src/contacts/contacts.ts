/** Whom one may call at an agency, a team or a township. */
import type { components } from "../../types/catalog";
import { catalog, must } from "../app/api";

export type Contact = components["schemas"]["ContactAnswer"];
export type Holder = Contact["holder"];
export type PhoneField = components["schemas"]["NumberBody"]["field"];

export const PHONES: PhoneField[] = ["office_phone", "mobile_phone"];
/** A number in clear leaves the screen by itself. */
export const SHOWN_MILLISECONDS = 60_000;

/** What the form of a contact holds; numbers are empty where they stay as they are. */
export interface Draft {
  name: string;
  duty: string;
  office_phone: string;
  mobile_phone: string;
  valid_until: string;
}

export const FIELDS: (keyof Draft)[] = ["name", "duty", "office_phone", "mobile_phone", "valid_until"];
export const blank = (): Draft => ({ name: "", duty: "", office_phone: "", mobile_phone: "", valid_until: "" });

/** @throws Refusal */
export function readContacts(holder: Holder, code: string): Promise<Contact[]> {
  return must(catalog.GET("/contacts", { params: { query: { holder, code } } }));
}
