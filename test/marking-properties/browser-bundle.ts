import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "vite";
import type { Form } from "../../src/markings/index.ts";

/** src/markings with its answerer as one script, built as the web client is built. */
const bundled = async (): Promise<string> => {
  const output = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      lib: {
        entry: fileURLToPath(new URL("answer.ts", import.meta.url)),
        formats: ["iife"],
        name: "caveatMarkings",
        fileName: "markings",
      },
    },
  });
  const [first] = [output].flat();
  if (first === undefined || !("output" in first)) throw new Error("vite gave no bundle");
  const [chunk] = first.output;
  return chunk.code;
};

/** The answerer of the bundle in a context that has nothing but the language: no process, no Buffer, no require, no URL. */
export const browserAnswerer = async (files: unknown): Promise<(text: string, form: Form) => string> => {
  const context = createContext(Object.create(null) as object);
  runInContext(await bundled(), context, { filename: "markings-bundle.js" });
  const script = `(files) => caveatMarkings.answererOf(JSON.parse(files))`;
  const made = runInContext(script, context) as (files: string) => (text: string, form: Form) => string;
  return made(JSON.stringify(files));
};

/** What a script in such a context sees of Node's and the web's globals. */
export const globalsInside = (): readonly string[] =>
  ["process", "Buffer", "require", "module", "URL", "TextEncoder", "structuredClone", "setTimeout"].filter(
    (name) => runInContext(`typeof ${name}`, createContext(Object.create(null) as object)) !== "undefined",
  );
