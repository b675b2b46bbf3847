import { describe, expect, test } from "vitest";
import { filledPage } from "../../src/transport/http/first-page.ts";
import type { Catalogue } from "../../src/transport/http/first-page.ts";
import { wordsInMarkup, wordsInScript } from "../../tooling/page-texts.ts";
import { listTree, readTree } from "./tree.ts";

const catalogue = JSON.parse(readTree("web/workbench/text/first-page.json")) as Catalogue & {
  readonly script: Readonly<Record<string, string>>;
};
const markup = listTree("web/landing/*.html", "web/workbench/*.html");
const scripts = listTree("web/landing/*.js", "web/workbench/*.ts").filter(
  ({ path }) => path !== "web/workbench/text.ts",
);

/** Names of texts, with those of the texts that they stand for. */
const namesOf = (texts: Catalogue, before = ""): readonly string[] =>
  Object.entries(texts).flatMap(([name, one]) =>
    typeof one === "string" ? [`${before}${name}`] : namesOf(one, `${before}${name}.`),
  );

describe("what the pages say in words", () => {
  test("stands in the catalogue and nowhere else: not in their markup, and not where a script puts it onto the page", () => {
    expect(markup.map(({ path }) => path)).toEqual([
      "web/landing/demonstration.html",
      "web/landing/production.html",
      "web/workbench/index.html",
    ]);
    expect(markup.flatMap(({ path, text }) => wordsInMarkup(text).map((words) => `${path}: ${words}`))).toEqual([]);
    expect(scripts.length).toBeGreaterThan(90);
    expect(scripts.flatMap(({ path, text }) => wordsInScript(path, text).map((line) => `${path}:${line}`))).toEqual([]);
  });

  test.each([
    ["a child", 'element("p", {}, ["No task"]);'],
    ["a child on a condition", 'element("p", {}, [...(one ? [`${count} of them`] : [])]);'],
    ["a button", 'button(late ? "Later" : TEXT.now, () => undefined);'],
    ["a name that is read out", 'element("canvas", { "aria-label": `Image ${title}` });'],
    ["such a name that is set", 'canvas.setAttribute("aria-label", "Image");'],
    ["a text that is set", 'byId("session").textContent = "Nobody";'],
    ["a text that is appended", 'row.append(who ?? "somebody");'],
    ["a choice", 'new Option("None", "");'],
    ["a text that is drawn", 'context.fillText("half drawn", 0, 0);'],
    ["a question", 'ask(TEXT.sure, false, "Yes", TEXT.no);'],
  ])("is found as %s", (_where, script) => {
    expect(wordsInScript("web/workbench/seeded.ts", `export const one = 1;\n${script}`)).toEqual([2]);
  });

  test("is not what is a sign, a class, a code or a text of the catalogue", () => {
    const script = `element("p", { class: "quiet row" }, [TEXT.coming, "·", \`\${width} × \${height}\`]);
      button(SAID.give, () => say(TEXT.given), { "aria-pressed": "true", "aria-label": SAID.giveOf(title) });`;
    expect(wordsInScript("web/workbench/seeded.ts", script)).toEqual([]);
    expect(wordsInMarkup('<p class="lead" aria-label="{{a.b}}">{{c}} <code>GET /trust</code>.</p>')).toEqual([]);
    expect(wordsInMarkup('<p title="Who">{{c}} are you <!-- nobody --></p>')).toEqual(["Who", "are you"]);
  });
});

describe("the first page", () => {
  const page = (name: string): string => filledPage(readTree(`web/landing/${name}.html`), catalogue);

  test("is told every text of the catalogue that is for it, and no other", () => {
    const asked = markup.flatMap(({ path, text }) =>
      path.startsWith("web/landing/") ? [...text.matchAll(/\{\{([\w.]+)\}\}/g)].map(([, name = ""]) => name) : [],
    );
    const script = readTree("web/landing/landing.js");
    const said = namesOf(catalogue.script).filter((name) => new RegExp(`"${name}"`).test(script));
    expect(new Set([...asked.filter((name) => name !== "script"), ...said.map((name) => `script.${name}`)])).toEqual(
      new Set(namesOf(catalogue)),
    );
    expect(page("production")).not.toContain("{{");
    expect(page("demonstration")).not.toContain("{{");
  });

  test("holds texts as texts, whatever is in them", () => {
    const hostile = '</template><script>"&amp;"';
    expect(filledPage('<p title="{{a.b}}">{{a}}</p>', { a: { b: hostile } })).toBe(
      '<p title="&lt;/template&gt;&lt;script&gt;&quot;&amp;amp;&quot;">{&quot;b&quot;:&quot;&lt;/template&gt;&lt;script&gt;\\&quot;&amp;amp;\\&quot;&quot;}</p>',
    );
  });

  test.each(["{{nothing}}", "{{name.length}}", "{{people.constructor}}", "{{people.nothing.more}}"])(
    "keeps the server from starting where it asks for %s, which is in no catalogue",
    (place) => {
      expect(() => filledPage(`<p>${place}</p>`, catalogue)).toThrow(/^the catalogue has nothing for/);
    },
  );
});
