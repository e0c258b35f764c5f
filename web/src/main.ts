import { createApp } from "vue";

import App from "./app/App.vue";
import { readMoment } from "./app/clock";
import { isFirst } from "./app/first";
import { i18n, loadLanguage, loadRest } from "./app/i18n";
import { router } from "./app/router";
import { resume } from "./app/session";
import { readTrial } from "./start/trial";

/** The script of the page that is asked for, and what it says, come beside the token, not after it. */
function fetchPage(): void {
  const { name, matched } = router.resolve(location.pathname);
  if (!isFirst(name)) void loadRest();
  for (const { components } of matched) {
    const page = components?.default;
    if (typeof page === "function") void (page as () => Promise<unknown>)();
  }
}

async function start(): Promise<void> {
  fetchPage();
  const [, back] = await Promise.all([loadLanguage(), resume(), readMoment(), readTrial()]);
  if (back !== null) await router.replace(back); // it read the address before the sign-in put this back
  createApp(App).use(i18n).use(router).mount("#app");
}

void start();
