import { createApp } from "vue";

import App from "./app/App.vue";
import { readMoment } from "./app/clock";
import { i18n, loadLanguage } from "./app/i18n";
import { router } from "./app/router";
import { resume } from "./app/session";
import { readTrial } from "./start/trial";

/** The script of the page that is asked for comes beside the texts and the token, not after them. */
function fetchPage(): void {
  for (const { components } of router.resolve(location.pathname).matched) {
    const page = components?.default;
    if (typeof page === "function") void (page as () => Promise<unknown>)();
  }
}

async function start(): Promise<void> {
  fetchPage();
  await Promise.all([loadLanguage(), resume(), readMoment(), readTrial()]);
  createApp(App).use(i18n).use(router).mount("#app");
}

void start();
