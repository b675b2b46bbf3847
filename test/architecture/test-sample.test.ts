import { existsSync, globSync } from "node:fs";
import { expect, test } from "vitest";
import { ALL, ALWAYS, BUDGET, QUICK, knownTimes, sampleOf } from "../../tooling/test-sample.ts";
import type { Times } from "../../tooling/test-sample.ts";

const files = Array.from({ length: 60 }, (_, at) => `test/${at}.test.ts`);
const times: Times = Object.fromEntries(files.slice(1).map((file, at) => [file, at]));
const always = new Set(["test/59.test.ts"]);
const drawn = (seed: string) => sampleOf(files, times, { budget: 300, seed, always });
const seconds = (names: readonly string[]): number => names.reduce((sum, name) => sum + (times[name] ?? 0), 0);

test("a sample leaves nothing but slow files out, and uses up its budget", () => {
  const { run, left } = drawn("1");
  expect([...run, ...left].toSorted()).toEqual(files.toSorted());
  expect(left.every((file) => (times[file] ?? 0) >= QUICK)).toBe(true);
  expect(seconds(run)).toBeGreaterThanOrEqual(300);
  expect(seconds(run)).toBeLessThan(300 + 60);
});

test("a file of which no time is known runs, and so does one that always runs", () => {
  expect(drawn("1").run).toEqual(expect.arrayContaining(["test/0.test.ts", "test/59.test.ts"]));
});

test("a seed draws what it drew before, and seeds after one another come to every file", () => {
  expect(drawn("7")).toEqual(drawn("7"));
  expect(drawn("8")).not.toEqual(drawn("7"));
  const come = new Set(Array.from({ length: 200 }, (_, seed) => drawn(String(seed)).run).flat());
  expect([...come].toSorted()).toEqual(files.toSorted());
});

test("every time that is known is that of a file that is there, and most files have one", () => {
  const known = Object.keys(knownTimes());
  expect(known.filter((file) => !existsSync(file))).toEqual([]);
  expect(known.length).toBeGreaterThan(0.8 * globSync([...ALL]).length);
});

test("what a sample of this repository leaves out comes with another seed", () => {
  const all = globSync([...ALL]).toSorted();
  const seeds = Array.from({ length: 400 }, (_, seed) => String(seed));
  const come = new Set(
    seeds.flatMap((seed) => sampleOf(all, knownTimes(), { budget: BUDGET, seed, always: ALWAYS }).run),
  );
  expect(all.filter((file) => !come.has(file))).toEqual([]);
});
