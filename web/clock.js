// @ts-check
/** The demonstration's clock: says on which half-day of 2014 business stands, and moves it on. */

import { part } from "./elements.js";
import { bearer } from "./session.js";
import { half, t } from "./texts.js";

const CLOCK = "/api/demonstration/clock";
const HERE = ["127.0.0.1", "localhost", "[::1]"]; // a demonstration is served to this very machine only

/** @typedef {{on: string, part: "morning" | "afternoon"}} Moment */

/** @type {Moment | null} */
let moment = null;

/** Reads the clock, where there is one. */
export async function readClock() {
  if (!HERE.includes(location.hostname)) return;
  const answer = await fetch(CLOCK).catch(() => null);
  moment = answer?.ok ? await answer.json() : null;
  showClock();
}

/** Shows the clock as it was read last, in the language of the page. */
export function showClock() {
  part("clock").hidden = moment === null;
  if (moment) part("clock-now").textContent = t("clock.now", { year: moment.on.slice(0, 4), half: half(moment.on, moment.part) });
}

/** @param {() => Promise<void>} changed what is read anew when the clock has moved */
export function offerClock(changed) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-step]"))) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const answer = await fetch(CLOCK, {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${await bearer()}` },
          body: JSON.stringify({ step: button.dataset["step"] }),
        });
        if (answer.ok) moment = await answer.json();
        showClock();
        await changed();
      } finally {
        button.disabled = false;
      }
    });
  }
}
