// Reads a live stream with the eventsource package until `wanted` messages have come; the connection is lost after
// each of the numbers in `lost_after`. Prints the ids in the order of their coming, and how often it connected.
import { text } from "node:stream/consumers";
import { EventSource } from "eventsource";

const { url, token, wanted, lost_after: lostAfter } = JSON.parse(await text(process.stdin));
const ids = [];
const asked = [];
let seen = 0;

// The answer's events one by one, until the connection is lost.
function untilLost(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  let isLost = false;
  return new ReadableStream(
    {
      async pull(controller) {
        if (isLost) {
          void reader.cancel();
          controller.error(new TypeError("connection lost"));
          return;
        }
        let end;
        while (!(end = /\r?\n\r?\n/.exec(waiting))) {
          const { done, value } = await reader.read();
          if (done) {
            controller.close();
            return;
          }
          waiting += value;
        }
        const event = waiting.slice(0, end.index + end[0].length);
        waiting = waiting.slice(event.length);
        const isMessage = /^id:/m.test(event);
        seen += isMessage ? 1 : 0;
        isLost = isMessage && lostAfter.includes(seen);
        controller.enqueue(new TextEncoder().encode(event));
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
}

async function asOurselves(address, init) {
  asked.push(init.headers["Last-Event-ID"] ?? null);
  const answer = await fetch(address, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
  const body = answer.body && untilLost(answer.body);
  return { body, status: answer.status, url: answer.url, redirected: answer.redirected, headers: answer.headers };
}

// The package's timer before it connects again does not keep Node.js running.
const alive = setInterval(() => {}, 60_000);
const source = new EventSource(url, { fetch: asOurselves });
await new Promise((resolve, reject) => {
  source.addEventListener("error", (error) => {
    if (source.readyState === EventSource.CLOSED) {
      reject(new Error(`refused: ${error.code}`));
    }
  });
  source.addEventListener("message", (message) => {
    ids.push(message.lastEventId);
    if (ids.length >= wanted) {
      resolve();
    }
  });
});
source.close();
clearInterval(alive);
console.log(JSON.stringify({ ids, asked }));
