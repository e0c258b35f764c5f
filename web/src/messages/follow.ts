/**
 * Server-sent events by fetch, for the browser's own EventSource can't say who asks. Goes on behind the last event
 * after a break, with growing pauses, until `signal` ends it or the service refuses (WHATWG HTML, 9.2.6).
 */
import { language } from "../app/i18n";
import { bearer } from "../app/session";

const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

/** @param onNews told the data of each event */
export async function follow(url: string, signal: AbortSignal, onNews: (data: string) => void, onLive: (live: boolean) => void): Promise<void> {
  let last = "";
  let pause = FIRST_PAUSE_MILLISECONDS;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream", "Accept-Language": language(), Authorization: `Bearer ${await bearer()}` };
      if (last) headers["Last-Event-ID"] = last;
      const response = await fetch(url, { headers, signal });
      if (response.status >= 400 && response.status < 500 && response.status !== 429) return;
      if (response.ok && response.body) {
        onLive(true);
        pause = FIRST_PAUSE_MILLISECONDS;
        await drain(response.body, (id, data) => {
          if (id) last = id;
          onNews(data);
        });
      }
    } catch {
      // broken off: again, from the last event on
    }
    if (signal.aborted) return;
    onLive(false);
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }
}

/** @param onEvent told of each event at once, so that a break loses none */
async function drain(body: ReadableStream<Uint8Array>, onEvent: (id: string, data: string) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  let data: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("id:")) id = line.slice(3).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).trim());
      else if (line === "" && (id || data.length)) {
        onEvent(id, data.join("\n"));
        [id, data] = ["", []];
      }
    }
  }
}
