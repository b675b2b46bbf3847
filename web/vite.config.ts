import { join } from "node:path";
import { defineConfig } from "vite";

// One page of one script and one style under fixed names: the server reads each at its start and knows no other file.
export default defineConfig({
  root: join(import.meta.dirname, "workbench"),
  base: "./",
  logLevel: "warn",
  build: {
    target: "es2023",
    minify: false,
    modulePreload: false,
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        entryFileNames: "workbench.js",
        assetFileNames: "workbench[extname]",
      },
    },
  },
});
