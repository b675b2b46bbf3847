import { expect } from "vitest";
import { everything } from "./asking.ts";

/** Demands that nothing of what was told so far speaks of the inside; at least `texts` were told. */
export function expectPlainWords(texts: number): void {
  expect(everything.length).toBeGreaterThan(texts);
  expect(everything.join("\n")).not.toMatch(
    /SQLSTATE|sqlstate|violates|constraint|relation "|pg_[a-z]|access\.[a-z]+|\bdata\.[a-z_]+|audit\.[a-z]+\(|node_modules|\.ts:\d|at [A-Z]\w+\.|ECONN|\b42501\b|\b23505\b|\bP0001\b/,
  );
  const statuses = new Set(everything.map((text) => text.slice(0, 3)));
  expect([...statuses].filter((status) => !["200", "400", "404"].includes(status))).toEqual([]);
}
