import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

/** The floor: 360's browser, older WeChat, and the last Chromium for Windows 7's age. */
const FLOOR = "chrome86";

export default defineConfig({
  root: "src",
  publicDir: "../public",
  plugins: [vue()],
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
});
