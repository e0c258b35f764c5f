import { resolve } from "node:path";

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

import { texts } from "./texts";

/** The floor: 360's browser, older WeChat, and the last Chromium for Windows 7's age. */
const FLOOR = "chrome86";

export default defineConfig(({ command }) => ({
  root: "src",
  publicDir: "../public",
  plugins: [vue(), texts(resolve(import.meta.dirname, "src"))],
  define: { // what these libraries have for others
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __INTLIFY_DROP_MESSAGE_COMPILER__: command === "build", // web/texts.ts compiles
  },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: FLOOR,
    cssTarget: FLOOR,
    assetsInlineLimit: 0, // the policy allows no data: addresses
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: "assets/[hash].js",
        chunkFileNames: "assets/[hash].js",
        assetFileNames: "assets/[hash][extname]",
        // What changes with a library only is kept by browsers when our own code changes.
        manualChunks(id) {
          if (id.includes("node_modules/@vue/") || id.includes("node_modules/vue")) return "vue";
          if (id.includes("node_modules/@intlify/")) return "vue";
          return undefined;
        },
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
}));
