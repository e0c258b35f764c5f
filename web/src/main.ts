import { createApp } from "vue";

import App from "./app/App.vue";
import { i18n, loadLanguage } from "./app/i18n";
import { router } from "./app/router";
import { resume } from "./app/session";

async function start(): Promise<void> {
  await Promise.all([loadLanguage(), resume()]);
  createApp(App).use(i18n).use(router).mount("#app");
}

void start();
