/** For which township or team somebody works, by name. */
import { computed, ref, watch } from "vue";

import { catalog, must, Refusal } from "./api";
import { named } from "./i18n";
import { account } from "./session";

const names = ref<[string, string] | null>(null);

export const whose = computed(() => (names.value ? named(...names.value) : ""));

watch(
  account,
  async (now) => {
    names.value = null;
    try {
      if (now?.township) {
        const found = await must(catalog.GET("/townships/{code}", { params: { path: { code: now.township } } }));
        names.value = [found.name, found.name_en];
      } else if (now?.team) {
        const found = await must(catalog.GET("/teams/{code}", { params: { path: { code: now.team } } }));
        names.value = [found.name, found.name_en];
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // the role alone says enough
    }
  },
  { immediate: true },
);
