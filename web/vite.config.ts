import { join } from "node:path";
import { defineConfig } from "vite";
import { TEXT } from "./workbench/text.ts";

const SAID: Readonly<Record<string, string>> = TEXT.page;

// One page of one script and one style under fixed names: the server reads each at its start and knows no other file.
export default defineConfig({
  root: join(import.meta.dirname, "workbench"),
  base: "./",
  logLevel: "warn",
  plugins: [
    {
      name: "catalogue",
      transformIndexHtml: {
        order: "pre",
        handler: (page) =>
          page.replaceAll(/\{\{(\w+)\}\}/g, (place, name: string) => {
            const text = SAID[name];
            if (text === undefined) throw new Error(`the catalogue has nothing for ${place}`);
            return text;
          }),
      },
    },
  ],
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
