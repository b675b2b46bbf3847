import { test } from "vitest";
import { openTestHouse } from "../house.ts";
import { programs } from "../../src/datasets/queries.ts";
test("smoke", async () => {
  let t = Date.now();
  const h = await openTestHouse();
  console.log("open", Date.now() - t); t = Date.now();
  const r = await h.run(await h.as("ben"), (op) => op.query(programs, { first: 5, after: null }));
  console.log(r, Date.now() - t); t = Date.now();
  await h.close();
  const b = await openTestHouse({ from: h });
  console.log("copy", Date.now() - t); t = Date.now();
  console.log(await b.run(await b.as("ben"), (op) => op.query(programs, { first: 5, after: null })));
  await b.remove(); await h.remove();
  console.log("remove", Date.now() - t);
});
