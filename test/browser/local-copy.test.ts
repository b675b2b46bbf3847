import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { people } from "../server/tokens.ts";
import { startChromium } from "./chromium.ts";
import { Machines, lost, records } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import { foundIn, heldIn, inStore } from "./kept-on-machine.ts";
import { violations } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;

describe.skipIf(skip)("the sealed copy on a machine", () => {
  let at: Machines;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    const sam = await client(server, "sam");
    for (const name of ["Restored", "Scanned", "Shared", "Left", "Tampered", "Elsewhere"])
      await makeProject(sam, name, 1);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  test.each(["light", "dark"] as const)(
    "what was drawn while the server could not be reached is there when the page is opened again, with its steps, and is sent, %s",
    async (colorScheme) => {
      const ben = await at.enter("Ben Analyst");
      await ben.page.emulateMedia({ colorScheme });
      await ben.take("Restored");
      const before = (await ben.shapes()).length;
      await ben.draw();
      await ben.is("server");
      expect(await records(ben)).toBe(0);
      await ben.cut();
      await ben.draw();
      await ben.draw();
      await ben.page.keyboard.press("Control+z");
      await ben.is("machine");
      await ben.page.getByText("Kept sealed on this machine, not yet at the server. It is tried again.").waitFor();
      expect(["kept", await violations(ben.page)]).toEqual(["kept", []]);
      expect(await records(ben)).toBe(1);
      await ben.lose();

      const after = await at.again(ben);
      await after.page.emulateMedia({ colorScheme });
      await after.take("Restored");
      expect(await after.shapes()).toHaveLength(before + 2);
      expect(await after.note()).toEqual([
        "Restored from this machine's sealed copy: 3 changes that the server had not taken.",
      ]);
      await after.is("server");
      expect(await at.drawnAt("ben", after.taskId)).toBe(before + 2);
      expect(["restored", await violations(after.page)]).toEqual(["restored", []]);
      await after.page.keyboard.press("Control+Shift+Z");
      expect(await after.shapes()).toHaveLength(before + 3);
      await expect.poll(() => at.drawnAt("ben", after.taskId), { timeout: 30_000 }).toBe(before + 3);
      await after.is("server");
      await expect.poll(() => records(after)).toBe(0);
      await after.page.close();
    },
    PATIENCE,
  );

  test(
    "what the browser holds says nothing of what is drawn, and the same look finds what is planted",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await ben.take("Scanned");
      await ben.cut();
      await ben.draw();
      await ben.draw();
      await ben.is("machine");
      await expect.poll(() => ben.body, { timeout: 30_000 }).toContain("wake");
      const numbers = [
        ...ben.body.matchAll(/\d+\.\d{2,}|\d{4,}/g),
        ...ben.body.matchAll(/"(?:x|y|width|height)":[\d.]+/g),
      ].map(([text]) => text);
      expect(numbers.length).toBeGreaterThan(4);
      const id = Buffer.from(ben.taskId, "base64url").toString().split(":")[1] ?? "";
      const words = [
        "wake",
        "Wake",
        "ship",
        "Scanned",
        "drawn",
        "classKey",
        "shape",
        "(S//",
        "SECRET",
        "FVEY",
        "NOFORN",
        ben.taskId,
        id,
        id.slice(0, 8),
        people(at.server.state)["ben"]?.id ?? "?",
        ...numbers,
      ];
      const held = await heldIn(ben.page);
      expect(held.records).toBe(1);
      expect(foundIn(held, words)).toEqual([]);
      // What no scan of words sees: a whole record of bytes that look like any others.
      const sealed = (await inStore(
        ben.page,
        "(async () => [...new Uint8Array((await done(store.getAll()))[0].sealed)])()",
      )) as number[];
      const counts = new Map<number, number>();
      for (const byte of sealed) counts.set(byte, (counts.get(byte) ?? 0) + 1);
      const entropy = [...counts.values()].reduce(
        (sum, n) => sum - (n / sealed.length) * Math.log2(n / sealed.length),
        0,
      );
      expect([sealed.length > 400, entropy > 7]).toEqual([true, true]);
      for (const planted of [
        `new TextEncoder().encode(${JSON.stringify(ben.body)}).buffer`,
        JSON.stringify({ title: "Scanned 1" }),
        ben.body,
      ]) {
        await inStore(ben.page, `done(store.put({ at: Date.now(), sealed: ${planted} }, "planted"))`);
        expect(foundIn(await heldIn(ben.page), words).length).toBeGreaterThan(0);
      }
      await inStore(ben.page, `done(store.delete("planted"))`);
      await inStore(
        ben.page,
        `done(store.put({ at: Date.now(), sealed: new ArrayBuffer(3) }, ${JSON.stringify(ben.taskId)}))`,
      );
      expect(foundIn(await heldIn(ben.page), words)).toContain(ben.taskId);
      // A name that nobody was given is removed at the next look.
      await ben.lose();
      const after = await at.again(ben);
      expect(await records(after)).toBe(1);
      await after.page.close();
    },
    PATIENCE,
  );

  test(
    "another person at the same browser gets nothing of it, and it is gone",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const taskId = await lost(ben, "Shared");
      const ana = await at.signIn(ben, "Ana Analyst");
      await expect.poll(() => records(ana)).toBe(0);
      await ana.page.close();
      const later = await at.signIn(ben, "Ben Analyst");
      await later.take("Shared");
      expect([(await later.shapes()).length, await later.note(), await at.drawnAt("ben", taskId)]).toEqual([1, [], 1]);
      await later.page.close();
    },
    PATIENCE,
  );

  test.each(["the workbench", "the first page"])(
    "after signing out at %s nothing is left, whatever another page was drawing",
    async (where) => {
      const ben = await at.enter("Ben Analyst");
      await ben.take("Left");
      await ben.cut();
      await ben.draw();
      await ben.is("machine");
      expect(await records(ben)).toBe(1);
      await ben.page.context().unroute("**/graphql");
      // Nothing of the drawing page gets through any more: what it has is on this machine alone.
      await ben.page.route("**/graphql", (route) => route.abort());
      const other = await ben.page.context().newPage();
      await other.goto(where === "the workbench" ? `${at.server.url}/workbench` : at.server.url);
      await ben.draw();
      await other.getByRole("button", { name: "Sign out" }).click();
      if (where === "the workbench") {
        // What nobody else has is not thrown away unasked.
        const question = other.getByRole("dialog", { name: /^What you drew last in a task is on this machine alone/ });
        await question.getByRole("button", { name: "Leave it" }).click();
        expect(await records(ben)).toBe(1);
        await other.getByRole("button", { name: "Sign out" }).click();
        expect(["sign-out", await violations(other)]).toEqual(["sign-out", []]);
        await question.getByRole("button", { name: "Sign out" }).click();
      }
      await ben.page.getByText("The server did not answer.").waitFor();
      expect(await other.evaluate("indexedDB.databases()")).toEqual([]);
      await ben.page.waitForTimeout(1_000);
      expect(await ben.page.evaluate("indexedDB.databases()")).toEqual([]);
      await ben.page.context().close();
    },
    PATIENCE,
  );

  test(
    "a copy in which one bit was changed is refused with a sentence and removed; what the server has is shown",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await lost(ben, "Tampered");
      const other = await ben.page.context().newPage();
      await other.goto(at.server.url);
      await inStore(
        other,
        `(async () => {
        const [[name], [record]] = [await done(store.getAllKeys()), await done(store.getAll())];
        const bytes = new Uint8Array(record.sealed);
        bytes[bytes.length >> 1] ^= 1;
        await done(store.put({ at: record.at, sealed: bytes.buffer }, name));
      })()`,
      );
      await other.close();
      const after = await at.again(ben);
      await after.take("Tampered");
      expect(await after.note()).toEqual([expect.stringMatching(/changed or damaged: it is refused and removed/)]);
      expect([(await after.shapes()).length, await records(after)]).toEqual([1, 0]);
      await after.page.close();
    },
    PATIENCE,
  );

  test(
    "what was drawn elsewhere meanwhile is the server's, and wins: it is shown and told",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const taskId = await lost(ben, "Elsewhere");
      const elsewhere = await at.enter("Ben Analyst");
      await elsewhere.take("Elsewhere");
      expect(await elsewhere.shapes()).toHaveLength(1);
      await elsewhere.draw();
      await elsewhere.draw();
      await elsewhere.is("server");
      await elsewhere.page.close();
      const after = await at.again(ben);
      await after.take("Elsewhere");
      expect(await after.note()).toEqual([expect.stringMatching(/^The server has newer work on this task/)]);
      expect([(await after.shapes()).length, await records(after), await at.drawnAt("ben", taskId)]).toEqual([3, 0, 3]);
      await after.page.close();
    },
    PATIENCE,
  );
});
