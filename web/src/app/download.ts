/** Lists as Excel files, made by the service and handed to the browser. */
import { mustWithHeaders } from "./api";

const KEPT_MILLISECONDS = 60_000;

/** What a service answers with a file. */
export type FileCall = Promise<{ data?: Blob; error?: unknown; response: Response }>;

/** Hands the file to the browser under the name that the service gave it. @throws Refusal */
export async function download(call: FileCall): Promise<void> {
  const { data, headers } = await mustWithHeaders(call);
  const named = /filename\*=UTF-8''([^;]+)/.exec(headers.get("content-disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = named ? decodeURIComponent(named) : "list.xlsx";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MILLISECONDS);
}
