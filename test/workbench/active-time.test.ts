import { describe, expect, test } from "vitest";
import { ActiveTime } from "../../web/workbench/active-time.ts";

const MINUTE = 60_000;

describe("the time that somebody works", () => {
  test("counts from sign to sign, and of a longer rest only the minute in which he may look", () => {
    const time = new ActiveTime();
    time.sign(0);
    time.sign(20_000);
    expect(time.until(50_000)).toBe(50_000);
    // An hour at lunch.
    time.sign(61 * MINUTE);
    expect(time.until(61 * MINUTE)).toBe(20_000 + MINUTE);
    expect(time.until(90 * MINUTE)).toBe(20_000 + 2 * MINUTE);
  });

  test("is as long however many signs it is made of", () => {
    const time = new ActiveTime();
    for (let n = 0; n <= 6_000; n += 1) time.sign(n * 16.6667);
    expect(time.until(100_000)).toBe(100_000);
  });

  test("nothing counts while he is away or sees nothing of it, however often he gives signs there", () => {
    const time = new ActiveTime();
    time.sign(0);
    time.rest(10_000);
    for (let at = 20_000; at < 10 * MINUTE; at += 10_000) time.rest(at);
    expect(time.until(10 * MINUTE)).toBe(10_000);
    time.sign(10 * MINUTE);
    expect(time.until(10 * MINUTE + 5_000)).toBe(15_000);
  });

  test("goes on from what was kept, and is never more than the server takes", () => {
    const time = new ActiveTime(7 * MINUTE);
    time.sign(0);
    expect(time.until(1_000.4)).toBe(7 * MINUTE + 1_000);
    // A clock that goes back takes nothing away.
    time.sign(-5_000);
    expect(time.until(-5_000)).toBe(7 * MINUTE);
    expect(new ActiveTime(1e9).until(0)).toBe(86_400_000);
  });
});
