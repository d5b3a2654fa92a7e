// Builds fill.ts with the sources of the app itself, as one module beside the app.
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const web = here("../../../fieldsync/web");

export default {
  configFile: false,
  root: web,
  publicDir: false,
  resolve: { alias: { "@": `${web}/src`, idb: `${web}/node_modules/idb` } },
  build: { emptyOutDir: false, lib: { entry: here("fill.ts"), formats: ["es"], fileName: () => "fill.js" } },
};
