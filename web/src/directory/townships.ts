/** The townships; read once, and again when somebody asks. */
import { computed, shallowRef } from "vue";

import { all, catalog, Refusal } from "../app/api";
import { named } from "../app/i18n";
import { byPresentCode } from "./names";
import type { components } from "../../types/catalog";

export type Township = components["schemas"]["TownshipAnswer"];

const found = shallowRef<Township[] | null>(null);
let reading: Promise<void> | null = null;

export function readTownships(): Promise<void> {
  reading = all((after) => catalog.GET("/townships", { params: { query: { limit: 500, ...(after && { after }) } } }))
    .then((items) => void (found.value = items))
    .catch((error) => {
      reading = null;
      if (!(error instanceof Refusal)) throw error; // lists show the code then
    });
  return reading;
}

export function useTownships() {
  if (reading === null) void readTownships();
  return {
    townships: computed(() => byPresentCode(found.value ?? [])),
    nameOf(code: string): string {
      const township = found.value?.find((each) => each.code === code);
      return township ? named(township.name, township.name_en) : code;
    },
  };
}
