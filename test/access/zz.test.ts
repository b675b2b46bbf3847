import { test } from "vitest";
import { openTestHouse } from "../house.ts";
import { smallWorld } from "./harbor-world.ts";
import { createAsset } from "../../src/datasets/commands.ts";
test("x", async () => {
  const h = await openTestHouse();
  const w = await smallWorld(h);
  await h.run(await h.as("sam"), (op) => op.nested(async (g) => {
    const a = (await g.read.byId("asset", w.assetId))!;
    const r = await g.vault.seal(g.tx, { assetId: a.id, deliveryId: null, programId: a.programId, datasetMarkingId: a.datasetMarkingId, markingId: a.markingId, kind: "original", mediaType: "x" }, [Buffer.from("abc")]);
    console.log(r);
  }));
  await h.remove();
});
