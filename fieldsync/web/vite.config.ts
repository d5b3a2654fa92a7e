import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type Plugin, defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const WORKER = "sw.js";
const LATER = /\.wasm$/; // large and rarely needed: fetched when there is time
const PACKED = /\.(js|css|html|svg|wasm|webmanifest|json)$/;

/** Tells the service worker which files make up the app, and under which name they are kept together. */
function filesForTheWorker(): Plugin {
  return {
    name: "files-for-the-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post", // Vite itself finishes the chunks in this step
      handler(_, bundle) {
        const names = Object.keys(bundle).filter((name) => name !== WORKER && !name.endsWith(".map"));
        const digest = createHash("sha256");
        for (const name of names.sort()) {
          const file = bundle[name]!;
          digest.update(name).update(file.type === "chunk" ? file.code : file.source);
        }
        for (const name of readdirSync(here("public"))) {
          names.push(name);
          digest.update(name).update(readFileSync(here(`public/${name}`)));
        }
        const worker = bundle[WORKER];
        if (worker?.type !== "chunk") throw new Error(`no ${WORKER} was built`);
        const listed = (wanted: (name: string) => boolean) => JSON.stringify(names.filter(wanted));
        worker.code = worker.code
          .replaceAll("__VERSION__", JSON.stringify(digest.digest("hex").slice(0, 12)))
          .replaceAll("__FILES__", listed((name) => !LATER.test(name)))
          .replaceAll("__LATER__", listed((name) => LATER.test(name)));
      },
    },
  };
}

/** Beside every file its compressed forms, so that the server only has to choose. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          if (!PACKED.test(name)) continue;
          const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
          this.emitFile({ type: "asset", fileName: `${name}.gz`, source: gzipSync(content, { level: 9 }) });
          this.emitFile({ type: "asset", fileName: `${name}.br`, source: brotliCompressSync(content) });
        }
      },
    },
  };
}

export default defineConfig({
  base: "/app/",
  cacheDir: here("node_modules/.vite"),
  plugins: [svelte(), filesForTheWorker(), packed()],
  resolve: { alias: { "@": here("src") } },
  define: { __BUILT__: JSON.stringify(process.env["npm_package_version"] ?? "0") },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      optimization: { inlineConst: { mode: "all", pass: 3 } },
      input: { index: here("index.html"), sw: here("src/worker/sw.ts") },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? WORKER : "f/[hash].js"),
        chunkFileNames: "f/[hash].js", // names of modules would tell what the notebook is
        assetFileNames: "f/[hash][extname]",
      },
    },
  },
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "f/[hash].js", chunkFileNames: "f/[hash].js", assetFileNames: "f/[hash][extname]" } } },
  server: { proxy: { "/api": process.env["SAMAR"] ?? "http://127.0.0.1:8000" } },
  test: {
    root: here("../.."),
    include: ["tests/phone/**/*.test.ts"],
    globals: true,
    environment: "node",
    setupFiles: [here("vitest.setup.ts")],
  },
});
