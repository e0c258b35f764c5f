/** The menus that can be ordered from, the one in force first. */
import { all, requests } from "../app/api";
import type { components } from "../../types/requests";

export type Menu = components["schemas"]["EditionAnswer"];
export type Dish = components["schemas"]["DishAnswer"];

/** Every menu that was ever in force. @throws Refusal */
export const allMenus = (): Promise<Menu[]> => all((after) => requests.GET("/editions", { params: { query: { limit: 500, ...(after && { after }) } } }));

/** @throws Refusal */
export async function readMenus(): Promise<Menu[]> {
  const menus = await allMenus();
  return menus
    .filter((menu) => menu.state === "open")
    .sort((one, other) => Number(other.in_force) - Number(one.in_force) || other.effective_on.localeCompare(one.effective_on));
}

/** The dishes by category, in the order of the menu. */
export function byCategory(dishes: Dish[]): [string, Dish[]][] {
  const groups = new Map<string, Dish[]>();
  for (const dish of dishes) groups.set(dish.category_code, [...(groups.get(dish.category_code) ?? []), dish]);
  return [...groups];
}
