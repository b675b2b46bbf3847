import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiClient } from "../../src/tour/api-client.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import { people } from "../server/tokens.ts";
import { startChromium } from "./chromium.ts";
import { Machines, lost, records } from "./drawer.ts";
import { client, makeProject } from "./drawing-project.ts";
import { heldIn } from "./kept-on-machine.ts";

const { skip } = outsideProgram("chromium");
const PATIENCE = 180_000;

interface Acted {
  readonly proposal?: { readonly id: string; readonly kind: string; readonly contentSha384: string } | null;
  readonly userErrors: readonly unknown[];
}

/** Does something by the API, and demands that it was done; answers how a proposal is approved, where it is one. */
async function act(api: ApiClient, field: string, type: string, input: object): Promise<object> {
  const proposal = /propos/i.test(field) ? "proposal { id kind contentSha384 }" : "";
  const said = `mutation($input: ${type}!) { act: ${field}(input: $input) { ${proposal} userErrors { code } } }`;
  const { data } = await api.graphql<{ act: Acted }>(said, {
    input: { idempotencyKey: randomUUID(), belowHighWater: true, ...input },
  });
  expect(data.act.userErrors).toEqual([]);
  const { id: proposalId, kind, contentSha384 } = data.act.proposal ?? {};
  return { proposalId, kind, contentSha384 };
}

describe.skipIf(skip)("the end of a sealed copy on a machine", () => {
  let at: Machines;
  let sam: ApiClient;

  beforeAll(async () => {
    const [server, browser] = await Promise.all([startServer(), startChromium()]);
    at = new Machines(server, browser);
    sam = await client(server, "sam");
    for (const name of ["Plain", "Lowered"]) await makeProject(sam, name, 1);
    await makeProject(sam, "Handed in", 2);
    await makeProject(sam, "Lost", 1, 10);
  }, PATIENCE);
  afterAll(async () => {
    await at?.browser.close();
    await endEverything();
  });

  test(
    "a task that was lost meanwhile is not drawn on: what the machine kept becomes its draft, and is offered with it",
    async () => {
      const ben = await at.enter("Ben Analyst");
      const taskId = await lost(ben, "Lost");
      await sleep(11_000);
      const ana = await at.enter("Ana Analyst");
      await ana.take("Lost");
      expect(await ana.shapes()).toEqual([]);
      const after = await at.again(ben);
      await after.page.getByText("The server took 1 change of a task that is not yours any more").waitFor();
      expect([await at.drawnAt("ben", taskId), await at.drawnAt("ana", taskId), await records(after)]).toEqual([
        2, 0, 0,
      ]);
      await after.page.getByRole("button", { name: "Label: Lost" }).click();
      await after.page.getByText("There is no task for you in this project just now.").waitFor();
      await ana.page.close();
      await sleep(11_000);
      await after.take("Lost");
      expect(await after.shapes()).toHaveLength(2);
      await after.page.close();
    },
    PATIENCE,
  );

  test(
    "handed in and put back, nothing of it stays",
    async () => {
      for (const keys of ["Control+Enter", "Alt+s"]) {
        const ben = await at.enter("Ben Analyst");
        await ben.take("Handed in");
        await ben.draw();
        await expect.poll(() => records(ben), { interval: 20 }).toBe(1);
        await ben.page.keyboard.press(keys);
        if (keys === "Alt+s") {
          await ben.page.getByRole("textbox", { name: "Why do you put it back?" }).fill("Too dark.");
          await ben.page.getByRole("button", { name: "Go on" }).click();
        }
        await expect.poll(() => records(ben)).toBe(0);
        await ben.page.waitForTimeout(500);
        expect(await records(ben)).toBe(0);
        await ben.page.close();
      }
    },
    PATIENCE,
  );

  test(
    "a browser that keeps nothing works as before, and says so",
    async () => {
      const ben = await at.enter("Ben Analyst");
      await ben.page.addInitScript(`Object.defineProperty(window, "indexedDB", { value: undefined })`);
      await ben.page.reload();
      await ben.take("Plain");
      await ben.cut();
      await ben.draw();
      await ben.page.getByText("Not kept anywhere yet: this browser keeps no sealed copy").waitFor();
      await ben.page.getByText("Not saved: the server did not take it. It is tried again.").waitFor();
      await ben.page.context().unroute("**/graphql");
      await ben.is("server");
      expect(await at.drawnAt("ben", ben.taskId)).toBe(1);
      await ben.page.close();
    },
    PATIENCE,
  );

  test(
    "I1 it is not given back at a lower level, after its marking was raised, or after the clearance was lowered: it is removed",
    async () => {
      const low = await at.enter("Ben Analyst");
      await lost(low, "Lowered");
      const lower = await at.signIn(low, "Ben Analyst", "UNCLASSIFIED");
      await expect.poll(() => records(lower)).toBe(0);
      await lower.page.context().close();

      const [assetId = ""] = await makeProject(sam, "Raised", 1);
      const raised = await at.enter("Ben Analyst");
      await lost(raised, "Raised");
      await act(sam, "markingRaise", "MarkingChangeInput", {
        objectId: assetId,
        marking: "TOP SECRET//NOFORN",
        reason: "it shows more than was thought",
      });
      const after = await at.again(raised);
      await expect.poll(() => records(after)).toBe(0);
      // There is nothing left to be asked for: that is said, and whoever presses it has the list looked at again.
      const label = after.page.getByRole("button", { name: "Label: Raised" });
      expect(await label.getAttribute("aria-disabled")).toBe("true");
      await label.press("Enter");
      await after.page.locator("#status").getByText("Looked again.").waitFor();
      await after.page.context().close();

      await makeProject(sam, "Taken", 1);
      const taken = await at.enter("Ben Analyst");
      await lost(taken, "Taken");
      const personId = globalId("person", people(at.server.state)["ben"]?.id ?? "");
      const proposal = await act(await client(at.server, "sofia"), "clearanceGrantPropose", "ClearanceGrantInput", {
        personId,
        level: "C",
        issuer: "USA",
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      });
      await act(await client(at.server, "silas"), "proposalApprove", "ProposalApproveInput", proposal);
      // His session is over, or is lower now: nothing is shown of it, and what is left is opened by no key that anybody is given.
      const { page } = await at.signIn(taken, "Ben Analyst", "CONFIDENTIAL");
      await expect.poll(async () => (await heldIn(page)).records).toBe(0);
      expect(await page.getByRole("button", { name: "Label: Taken" }).count()).toBe(0);
      await page.context().close();
    },
    PATIENCE,
  );
});
