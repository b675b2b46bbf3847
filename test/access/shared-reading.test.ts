import { describe, expect, test } from "vitest";
import { SharedReading } from "../../src/identity/shared-reading.ts";

/** Long enough for everything that is due in this turn of the event loop and the next. */
async function turn(): Promise<void> {
  for (let n = 0; n < 3; n += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}

/** Reads that end when they are told to. */
class Reads {
  readonly begun: string[][] = [];
  readonly #ends: ((failed: boolean) => void)[] = [];

  readonly read = (keys: readonly string[]): Promise<readonly string[]> => {
    const nth = this.begun.push([...keys]);
    return new Promise((resolve, reject) => {
      this.#ends.push((failed) =>
        failed ? reject(new Error(`read ${nth}`)) : resolve(keys.map((key) => `${key}${nth}`)),
      );
    });
  };

  async end(failed = false): Promise<void> {
    this.#ends.shift()?.(failed);
    await turn();
  }
}

describe("what several ask about at the same time", () => {
  test("is read at once where nothing is under way, and what comes meanwhile together, each key once", async () => {
    const reads = new Reads();
    const shared = new SharedReading(reads.read);
    const first = shared.get("a");
    await turn();
    const later = ["b", "c", "b", "a"].map((key) => shared.get(key));
    await turn();
    expect(reads.begun).toEqual([["a"]]);
    await reads.end();
    expect(await first).toBe("a1");
    expect(reads.begun).toEqual([["a"], ["b", "c", "a"]]);
    await reads.end();
    expect(await Promise.all(later)).toEqual(["b2", "c2", "b2", "a2"]);
  });

  test("is never answered by a read that began before it was asked", async () => {
    const reads = new Reads();
    const shared = new SharedReading(reads.read);
    const before = shared.get("a");
    await turn();
    const after = shared.get("a");
    await reads.end();
    expect(await before).toBe("a1");
    await reads.end();
    expect(await after).toBe("a2");
  });

  test("fails for those who waited for a read that fails, and for nobody after them", async () => {
    const reads = new Reads();
    const shared = new SharedReading(reads.read);
    const failing = shared.get("a");
    await turn();
    const next = shared.get("b");
    await Promise.all([expect(failing).rejects.toThrow("read 1"), reads.end(true)]);
    await reads.end();
    expect(await next).toBe("b2");
    const again = shared.get("a");
    await turn();
    await reads.end();
    expect(await again).toBe("a3");
  });
});
