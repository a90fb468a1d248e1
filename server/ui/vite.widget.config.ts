// The widget: one classic script with a fixed name, styles inside, so that a shop needs one tag and nothing else.
import { join } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;

export default defineConfig({
  root: here,
  publicDir: false,
  build: {
    outDir: join(here, "dist"),
    emptyOutDir: false,
    target: "es2020",
    lib: { entry: join(here, "src/widget/main.tsx"), formats: ["iife"], name: "KefuWidget", fileName: () => "widget.js" },
  },
  define: { "process.env.NODE_ENV": '"production"' },
});
