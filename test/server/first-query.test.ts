import { afterAll, expect, test } from "vitest";
import { dataOf } from "./hostile-world.ts";
import { endEverything, startServer } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

const QUESTION = `{ programs(first: 1) { edges { node { name datasets(first: 5) { edges { node {
  name marking { banner } assetCount } } } } } } }`;

afterAll(endEverything);

async function timed(state?: string): Promise<{ readonly server: RunningServer; readonly seconds: string }> {
  const begin = performance.now();
  const server = await startServer(state === undefined ? {} : { state });
  const answer = await server.graphql(await tokenOf(server.state, "ana"), QUESTION);
  const seconds = ((performance.now() - begin) / 1000).toFixed(2);
  const dataset = { name: "Harbor overview", marking: { banner: "SECRET//REL TO USA, FVEY" }, assetCount: 2 };
  const node = { name: "HARBOR WATCH", datasets: { edges: [{ node: dataset }] } };
  expect(dataOf(answer)).toEqual({ programs: { edges: [{ node }] } });
  expect(await server.stop()).toBe(0);
  return { server, seconds };
}

test("the first query after the first start of all, and after a restart, has the right answer", async () => {
  const first = await timed();
  const restarted = await timed(first.server.state);
  process.stdout.write(
    `first query after the first start: ${first.seconds} s; after a restart: ${restarted.seconds} s\n`,
  );
});
