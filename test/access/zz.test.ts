import { test } from "vitest";
import { openTestHouse } from "../house.ts";
import { smallWorld } from "./harbor-world.ts";
test("x", async () => {
  const h = await openTestHouse();
  const w = await smallWorld(h);
  await h.run(await h.as("petra"), (op) => op.nested(async (g) => {
    const c = await g.read.byId("assetContent", w.assetId, "asset");
    console.log(c, await g.vault.row(g.tx, c!.originalBlobId));
  }));
  await h.remove();
});
