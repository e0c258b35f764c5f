/** Reading orders: one by its number or id, and an exported list. */
import { must, mustWithHeaders, Refusal, requests } from "../app/api";
import { language } from "../app/i18n";
import { bearer } from "../app/session";
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

/** Fetches the list as an Excel file and hands it to the browser. @throws Refusal */
export async function download(query: OrderQuery): Promise<void> {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const each of [value].flat()) if (each !== undefined && each !== null) said.append(name, String(each));
  const token = await bearer();
  const headers = { "Accept-Language": language(), ...(token && { Authorization: `Bearer ${token}` }) };
  let answer: Response;
  try {
    answer = await fetch(`/api/requests/orders/export?${said.toString()}`, { headers });
  } catch {
    throw new Refusal(0, { code: "offline" });
  }
  if (!answer.ok) throw new Refusal(answer.status, (await answer.json()) as object);
  const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named ? decodeURIComponent(named) : "orders.xlsx";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
