import type { Page } from "playwright-core";
import { NOT_CANONICAL } from "./hostile-answers.ts";
import type { Tokens } from "./hostile-answers.ts";
import { STRINGS, altered } from "./hostile.ts";
import type { Body } from "./hostile.ts";

/** What brings a page to a screen, again and again: statements, with `press`, `named` and `until` to act with. */
export type Step = readonly [screen: string, act: string];

/** What was otherwise than it should be: in which of the rounds, on which screen, and what is there in place of what. */
interface Fault {
  readonly round: number;
  readonly screen: string;
  readonly lacks: readonly string[];
  readonly has: readonly string[];
}

/** What came of a sweep. */
export interface Swept {
  readonly faults: readonly Fault[];
  readonly rounds: number;
  /** Screens that were compared, over all rounds. */
  readonly compared: number;
  /** Tokens that are somewhere on the screens. */
  readonly shown: readonly number[];
  /** How many of the corpus were there in place of some token. */
  readonly used: number;
  /** What was asked in a round and not before it: no text of ours was in the answer. */
  readonly asked: readonly string[];
}

/**
 * Stands between the page and the server. Every answer is kept as it came first, with tokens in the place of its texts, and is
 * given again with texts of the corpus in the place of the tokens, other ones in each round.
 */
const INSTALL = `(() => {
  const strings = ${JSON.stringify(STRINGS)};
  const real = window.fetch.bind(window);
  const kept = new Map();
  let [round, rounds, under] = [-1, 0, 0];
  const asked = [];
  // In as many rounds as there are strings each token is each of them; in fewer, one goes on where the one before it ends.
  let order = new Map();
  const [refused, tied] = [new Set(${JSON.stringify(NOT_CANONICAL)}), new Set()];
  const taken = (n, text) => tied.has(n) && refused.has(text) ? "<i>" + n + "</i>" : text;
  const textOf = (n) => taken(n, strings[(rounds < strings.length ? (order.get(n) ?? order.size + n) * rounds + round : n + round) % strings.length]);
  const escaped = (text) => JSON.stringify(text).slice(1, -1);
  const filled = (answer) => round < 0
    ? answer.replaceAll(/Qy([0-9]+)yQ/g, "Qx$1xQ")
    : answer.replaceAll(/Q(x|y)([0-9]+)[xy]Q/g, (_, how, n) => how === "x" ? escaped(textOf(Number(n))) : escaped(escaped(textOf(Number(n)))));
  window.fetch = async (path, init) => {
    // A key of an act is another one each time.
    const body = typeof init?.body === "string" ? init.body.replace(/"idempotencyKey":"[^"]*"/, "") : "";
    const about = [init?.method ?? "GET", path, body].join(" ");
    under += 1;
    try {
      if (!kept.has(about)) {
        if (round >= 0) asked.push(about);
        const answer = await real(path, init);
        const type = answer.headers.get("content-type") ?? "";
        const content = type.includes("json")
          ? (await answer.text()).replace(/"until":"[^"]*"/, '"until":"2999-01-01T00:00:00.000Z"')
          : await answer.blob();
        kept.set(about, { status: answer.status, type, content });
      }
      const { status, type, content } = kept.get(about);
      return new Response(typeof content === "string" ? filled(content) : content, { status, headers: { "content-type": type } });
    } finally {
      under -= 1;
    }
  };

  // What is another one at each time, whatever the answers say.
  const steady = (text) => text.replace(/^As of [0-9:]{8};/, "As of now;");
  const NUMBERED = ["id", "for", "aria-labelledby", "aria-describedby"];
  // How large a canvas is, and what is shown on it, follows from what is written above it, and whether a text is taken from what it is.
  const follows = (one, name) => name === "aria-invalid" || (one.localName === "canvas" && (name === "width" || name === "height"));
  const lines = () => [...document.querySelectorAll("*")].map((one) => [
    one.localName + (one.matches(".whole") ? " as JSON" : ""),
    ...[...one.attributes].filter(({ name }) => !follows(one, name)).map(({ name, value }) => [name, NUMBERED.includes(name) ? value.replaceAll(/[0-9]+/g, "N") : value]).sort(),
    ...(one.matches("input:not([type=file])") ? [["what is in it", one.value]] : []),
    ["text", one.closest(".hash, .problem, .scale") ? "" : steady([...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(""))],
  ]);
  const sorted = (all) => all.map((line) => JSON.stringify(line)).sort();
  const expected = ([name, ...parts]) => [name, ...parts.map(([what, text]) => {
    const now = text.replaceAll(/Qx([0-9]+)xQ/g, (_, n) => name.endsWith("as JSON") ? escaped(textOf(Number(n))) : textOf(Number(n)));
    // A field of one line takes none of the breaks that it is given.
    return [what, what === "what is in it" ? now.replaceAll(/[\\r\\n]/g, "") : now];
  })];
  const beyond = (all, of) => {
    const left = new Map();
    for (const one of of) left.set(one, (left.get(one) ?? 0) + 1);
    return all.filter((one) => {
      const n = left.get(one) ?? 0;
      left.set(one, n - 1);
      return n <= 0;
    });
  };

  const turn = () => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(0);
  });
  let changes = 0;
  new MutationObserver(() => (changes += 1)).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  /** Until something is otherwise than it was; what is typed into fields is told of by nobody. */
  const changed = async () => {
    const [before, begun] = [changes, performance.now()];
    do await turn();
    while (changes === before && performance.now() - begun < 30);
  };
  const until = async (found, what) => {
    for (const begun = performance.now(); performance.now() - begun < 60_000; await turn()) {
      const one = found();
      if (one) return one;
    }
    throw new Error("no " + what + " in " + document.body.innerText.slice(0, 600));
  };
  const press = async (selector) => (await until(() => document.querySelector(selector + ":enabled"), selector)).click();
  const named = async (name) => (await until(() => [...document.querySelectorAll("button:enabled")].find((one) => one.checkVisibility() && (one.textContent === name || one.getAttribute("aria-label") === name)), name)).click();
  const type = async (selector, text) => {
    const field = await until(() => document.querySelector(selector), selector);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const quiet = async () => {
    for (let [before, since] = ["", performance.now()]; performance.now() - since < 400; await turn()) {
      const now = sorted(lines()).join();
      if (now !== before || under > 0) [before, since] = [now, performance.now()];
    }
  };
  window.hostile = {
    press, named, type, until,
    /** Goes through the screens once with the tokens in them. */
    begin: async (steps) => {
      round = -1;
      const found = [];
      for (const [, act] of steps) {
        await act();
        await quiet();
        found.push(lines());
      }
      return found;
    },
    /** Goes through them once for each text of the corpus; each token is each of them once. */
    sweep: async (steps, templates, each, patience, inManifests) => {
      for (const n of inManifests) tied.add(n);
      const used = new Set();
      const faults = [];
      let compared = 0;
      const shown = [...new Set([...JSON.stringify(templates).matchAll(/Qx([0-9]+)xQ/g)].map(([, n]) => Number(n)))];
      order = new Map(shown.map((n, at) => [n, at]));
      rounds = each ? strings.length : Math.ceil(strings.length / shown.length);
      for (round = 0; round < rounds && faults.length < 3; round += 1) {
        for (const n of shown) used.add(textOf(n));
        for (const [at, [screen, act]] of steps.entries()) {
          await act();
          const should = sorted(templates[at].map(expected));
          const wanted = should.join();
          let is = [];
          for (const begun = performance.now(); performance.now() - begun < patience; await changed()) {
            is = sorted(lines());
            if (is.join() === wanted) break;
          }
          compared += 1;
          if (is.join() !== wanted) faults.push({ round, screen, lacks: beyond(should, is).slice(0, 8), has: beyond(is, should).slice(0, 8) });
        }
      }
      round = -1;
      return { faults, rounds, compared, shown, used: strings.filter((text) => used.has(text)).length, asked };
    },
  };
})()`;

/** How long a screen may take until it is as it should be. */
const PATIENCE_MS = 30_000;

/** Puts other texts into all that the server answers to a page from now on. `also` gives an answer what this server has none of. */
export async function intercept(
  page: Page,
  tokens: Tokens,
  also: (body: Body) => void = () => undefined,
): Promise<void> {
  await altered(page, (body, document) => {
    also(body);
    tokens.put(body, document);
  });
  await page.evaluate(INSTALL);
}

/** Steps as the page reads them: its policy lets nothing be made a script there. */
const written = (steps: readonly Step[]): string =>
  `[${steps.map(([screen, act]) => `[${JSON.stringify(screen)}, async () => { const { press, named, type, until } = hostile; ${act} }]`).join(", ")}]`;

/** Goes through screens once with tokens in them; what is there then is what they are compared with. */
export const begin = (page: Page, steps: readonly Step[]): Promise<unknown> =>
  page.evaluate(`hostile.begin(${written(steps)})`);

/**
 * Goes through screens again and again, and compares all that is there. Each text of an answer is each string of the corpus once;
 * without `each` it is done only so often that each of them is in some place of the screens.
 */
export async function sweep(
  page: Page,
  steps: readonly Step[],
  tokens: Tokens,
  templates: unknown,
  { each = true, patience = PATIENCE_MS } = {},
): Promise<Swept> {
  const args = [templates, each, patience, [...tokens.tied]].map((one) => JSON.stringify(one)).join(", ");
  return (await page.evaluate(`hostile.sweep(${written(steps)}, ${args})`)) as Swept;
}
