import { basename, extname } from "node:path";
import { expect, test } from "vitest";
import { listCode, listTree, readTree } from "./tree.ts";

const code = listCode();

test("no file has more than 500 lines", () => {
  const sizes = code.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
  const long = sizes.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path} (${lines})`);
  if (long.length > 0) process.stderr.write(`more than 300 lines, is it one thing? ${long.join(", ")}\n`);
  expect(sizes.filter(({ lines }) => lines > 500)).toEqual([]);
});

test("no file or folder has a name that could hold anything", () => {
  const vague = /^(utils?|common|helpers?|lib|shared|misc)$/i;
  const named = code.filter(({ path }) =>
    path.split("/").some((part) => vague.test(basename(part, extname(part)).replace(/\.test$/, ""))),
  );
  expect(named.map(({ path }) => path)).toEqual([]);
});

test("nothing is left to be done in a comment", () => {
  const marks = new RegExp(["TO", "DO|FIX", "ME"].join(""));
  const left = code.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (marks.test(line) ? [`${path}:${index + 1}`] : [])),
  );
  expect(left).toEqual([]);
});

test("no path of somebody's machine is written down, and nothing outside the repository is needed except by tests", () => {
  const documents = listTree("*.{md,json}", "audit/**/*.md", "{policies,schema}/**/*");
  const machine = new RegExp(`(^|[\\s"'\`(=:])/(${["work", "root", "home", "Users"].join("|")})/`);
  const outside = /(^|["'`\s/])\.\.\/shared\b/;
  const found = [...code, ...documents]
    .filter(({ path }) => path !== "package-lock.json")
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        const refused = machine.test(line) || (!path.startsWith("test/") && outside.test(line));
        return refused ? [`${path}:${index + 1}`] : [];
      }),
    );
  expect(found).toEqual([]);
});

test("every npm script that the documents name exists", () => {
  const { scripts } = JSON.parse(readTree("package.json")) as { scripts: Readonly<Record<string, string>> };
  const named = listTree("*.md").flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run (?:-s |--silent )?([a-z][\w:-]*)|(start|test)\b)/g)].map((match) => ({
      path,
      name: match[1] ?? match[2] ?? "",
    })),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter(({ name }) => scripts[name] === undefined)).toEqual([]);
});

test("every example in the documents that is marked as a test starts with a command that exists", () => {
  const { scripts } = JSON.parse(readTree("package.json")) as { scripts: Readonly<Record<string, string>> };
  const marked = listTree("*.md").flatMap(({ text }) => [...text.matchAll(/<!-- test -->\s*```sh\n([\s\S]*?)```/g)]);
  for (const block of marked) {
    for (const line of (block[1] ?? "").split("\n").filter((text) => text.startsWith("npm run"))) {
      expect(scripts).toHaveProperty([/^npm run (?:-s )?([\w:-]+)/.exec(line)?.[1] ?? line]);
    }
  }
});
