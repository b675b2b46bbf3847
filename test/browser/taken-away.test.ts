import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rasterizeSvg } from "../../src/storage/imagery/rasterize.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { startChromium } from "./chromium.ts";
import { Machines, records } from "./drawer.ts";
import type { Drawer } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;
/** Larger than any window: zooming in asks for tiles that no look at the whole of it has asked for. */
const LARGE = { width: 3_000, height: 2_250 } as const;

describe.skipIf(skip)("a task that is taken away while it is on the screen", () => {
  let at: Machines;
  let raised = "";

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    const sam = await client(server, "sam");
    [raised = ""] = await makeProject(sam, "Raised", 1);
    const bytes = await rasterizeSvg(`<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="2250"/>`, LARGE);
    await makeProject(sam, "Refused", [{ mediaType: "image/png", bytes: new Uint8Array(bytes) }]);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  const isGone = async (ben: Drawer): Promise<void> => {
    await ben.page.getByText("The task is not yours any more.").waitFor();
    expect(await ben.page.locator("canvas").count()).toBe(0);
    expect(await ben.shapes()).toEqual([]);
    await expect.poll(() => records(ben)).toBe(0);
  };

  test(
    "I1 is gone from screen and machine with the first stroke after its image's marking was raised, however long its lease lasts",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await ben.take("Raised");
      await ben.draw();
      await ben.is("server");
      const sam = await client(at.server, "sam");
      const input = { objectId: raised, marking: "TOP SECRET//NOFORN", reason: "it shows more than was thought" };
      await sam.graphql(
        "mutation ($input: MarkingChangeInput!) { markingRaise(input: $input) { userErrors { code } } }",
        { input: { ...input, idempotencyKey: crypto.randomUUID() } },
      );
      await ben.draw();
      await isGone(ben);
      await ben.page.context().close();
    },
    PATIENCE,
  );

  test(
    "I1 is gone from the screen when its image is not there to be looked at any more, without a stroke",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const { page } = ben;
      await ben.take("Refused");
      const hidden = (route: Route): Promise<void> =>
        route.fulfill({ status: 404, json: { errors: [{ message: "", extensions: { code: "NOT_FOUND" } }] } });
      await page.route("**/views/**", hidden);
      await page.route("**/assets/*/view", hidden);
      for (let n = 0; n < 8; n += 1) await page.keyboard.press("+");
      await isGone(ben);
      await page.context().close();
    },
    PATIENCE,
  );
});
