import { expect } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { steps } from "./running-tour.ts";
import type { Run, ToldStep } from "./running-tour.ts";

const STEPS = [
  "start",
  "load",
  "label",
  "clearance",
  "release",
  "review",
  "archive",
  "refused-delivery",
  "request",
  "approve",
  "fetch",
  "openssl",
  "compare",
  "archive-again",
  "damage-archive",
  "damage-delivery",
  "leave",
];

const openssl = outsideProgram("openssl");

/** What a step told in figures. */
export function figures(run: Run, name: string): ToldStep["figures"] {
  return steps(run).get(name)?.figures ?? {};
}

/** How many labels a step told of, by image. */
export function labelsOf(run: Run, step: string): Record<string, unknown> {
  const found = Object.entries(figures(run, step)).filter(([name]) => name.startsWith("labels."));
  return Object.fromEntries(found.map(([name, value]) => [name.slice("labels.".length), value]));
}

/** What every tour must have told, whatever it was given. */
export function expectWholeStory(run: Run): void {
  expect(run.err.replaceAll(/^caveat: (?:building|waiting for another install or build to end)\n/gm, "")).toBe("");
  const told = [...steps(run).values()];
  expect(told.map(({ name }) => name)).toEqual(STEPS);
  expect(told.map(({ step }) => step)).toEqual(STEPS.map((_, at) => at + 1));
  expect(told.every(({ ok, problem }) => ok && problem === undefined)).toBe(true);
  expect(steps(run).get("openssl")?.skipped ?? false).toBe(openssl.skip);
  expect(figures(run, "clearance")).toMatchObject({ sameAsAbsent: true });
  expect(figures(run, "damage-archive")).toMatchObject({ code: "LEAF_CHANGED" });
  expect(figures(run, "damage-delivery")).toMatchObject({ code: "FILE_CHANGED" });
  expect(figures(run, "archive-again")["knownSize"]).toBe(figures(run, "archive")["entries"]);
  expect(run.code).toBe(0);
  expect(run.left).toEqual([]);
}
