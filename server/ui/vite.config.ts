// The pages: shop (/), staff app (/staff), API reference (/docs). The widget has a build of its own; the help centre is rendered by the server.
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const dist = join(here, "dist");

/** Empties dist but keeps its .gitignore, which keeps the folder in the repository. */
function emptyDist(): Plugin {
  return {
    name: "empty-dist",
    apply: "build",
    buildStart() {
      if (!existsSync(dist)) return;
      for (const name of readdirSync(dist)) {
        if (name !== ".gitignore") rmSync(join(dist, name), { recursive: true });
      }
    },
  };
}

/** What the server does in production: one HTML file per page, whatever follows in the path. */
function pagesLikeTheServer(): Plugin {
  return {
    name: "pages-like-the-server",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? "/").split("?")[0] ?? "/";
        if (path === "/widget.js") {
          response.setHeader("Content-Type", "text/javascript");
          response.end(readFileSync(join(dist, "widget.js")));
          return;
        }
        if (path === "/staff" || path.startsWith("/staff/")) request.url = "/staff.html";
        else if (path === "/docs") request.url = "/docs.html";
        next();
      });
    },
  };
}

const kefu = process.env.KEFU_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: here,
  plugins: [emptyDist(), pagesLikeTheServer()],
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      // Ant Design marks its files "use client", which means nothing to a page without server components.
      onLog: (level, log, report) => { if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log); },
      input: {
        index: resolve(here, "index.html"),
        staff: resolve(here, "staff.html"),
        docs: resolve(here, "docs.html"),
      },
    },
  },
  server: {
    proxy: { "/api": { target: kefu, ws: true }, "/openapi.json": kefu, "/help": kefu },
  },
});
