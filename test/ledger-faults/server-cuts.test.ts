import { afterAll, beforeAll, expect, test } from "vitest";
import { endEverything } from "../server/running-server.ts";
import { ServerCuts } from "./server-cuts.ts";

const SAMPLE = 6;
let server: ServerCuts;

beforeAll(async () => {
  server = await ServerCuts.open();
});
afterAll(async () => {
  await server.close();
  await endEverything();
});

test("I10 a whole server whose wire to PostgreSQL is cut loses nothing that it acknowledged, does nothing twice, and goes on", async () => {
  const { messages, faults, inDoubt } = await server.turn(null);
  expect([faults, inDoubt]).toEqual([[], 0]);
  let cuts = 0;
  for (let at = 0; at < SAMPLE; at += 1) {
    const message = 1 + Math.floor((at * messages) / SAMPLE);
    const cut = { message, when: at % 2 === 0 ? "after" : "before", all: at % 3 === 0 } as const;
    const turn = await server.turn(cut);
    expect([cut, turn.faults]).toEqual([cut, []]);
    cuts += turn.cuts;
  }
  expect(cuts).toBeGreaterThan(SAMPLE * 0.7);
  expect(await server.lookAtLog()).toEqual([]);
});
