/** The menus that orders were made from, for the filters of their list. */
import { shallowRef, type ShallowRef } from "vue";

import { Refusal } from "../app/api";
import { allMenus, type Menu } from "../menu/menu";

/** Empty until they are read, and where they can't be: then there is nothing to choose. */
export function editionsOfOrders(): ShallowRef<Menu[]> {
  const found = shallowRef<Menu[]>([]);
  allMenus()
    .then((read) => (found.value = read))
    .catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
    });
  return found;
}
