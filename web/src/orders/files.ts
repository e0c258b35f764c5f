/** Files of an order. */
import { must, requests } from "../app/api";
import { number } from "../app/i18n";
import type { components } from "../../types/requests";

export type OrderFile = components["schemas"]["AttachmentAnswer"];

/** What a file chooser offers; the service looks at what is in it. */
export const KINDS = ".pdf,.jpg,.jpeg,.png";

/** Keeps a file with an order. Its name goes in a header, for addresses are logged. @throws Refusal */
export async function attach(orderId: string, file: File): Promise<OrderFile> {
  const bytes = await file.arrayBuffer();
  return must(
    requests.POST("/orders/{order_id}/attachments", {
      params: { path: { order_id: orderId }, header: { "File-Name": encodeURIComponent(file.name) } },
      body: bytes as unknown as string,
      bodySerializer: () => bytes,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

/** A size as people say it. */
export function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${number(Math.max(1, Math.round(bytes / 1000)))} kB` : `${number(Math.round(bytes / 100_000) / 10)} MB`;
}
