/** Reading orders: what lists ask for, and one by its number or id. */
import { must, mustWithHeaders, requests } from "../app/api";
import type { paths } from "../../types/requests";
import type { Order } from "./states";

export type OrderQuery = NonNullable<paths["/orders"]["get"]["parameters"]["query"]>;

const NUMBER = /^\d{4}-\d{4,}$/;

/** The order that an address names, with the headers of its answer. @throws Refusal */
export async function readOrder(named: string): Promise<{ data: Order; headers: Headers }> {
  let id = named;
  if (NUMBER.test(named)) {
    const found = await must(requests.GET("/orders", { params: { query: { number: named } } }));
    id = found.items[0]?.id ?? named;
  }
  return mustWithHeaders(requests.GET("/orders/{order_id}", { params: { path: { order_id: id } } }));
}
