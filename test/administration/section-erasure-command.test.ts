import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { auditCommand } from "../../src/cli/audit.ts";
import { proposalCommand } from "../../src/cli/proposal.ts";
import type { Subcommand } from "../../src/cli/usage.ts";
import { linesOf, runCommand } from "../cli/run-command.ts";
import type { Ended } from "../cli/run-command.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { bearer, serverOf } from "../ledger/house-ledger.ts";
import { monthBefore, openPast } from "./past-entries.ts";

const { month, at } = monthBefore(2);
const LOW = "UNCLASSIFIED//NOFORN";

let house: TestHouse;
let app: FastifyInstance;
let url: string;

beforeAll(async () => {
  house = await openTestHouse();
  app = await serverOf(house);
  await app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const past = await openPast(house);
  await past.write("ben", LOW, at);
  await past.close();
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await app.close();
  await house.remove();
});

/** Runs a command as a person, who signs in at the real issuer. */
async function as(handle: string, command: Subcommand, ...words: string[]): Promise<Ended> {
  vi.stubEnv("CAVEAT_TOKEN", (await bearer(house, handle)).replace("Bearer ", ""));
  return runCommand(command, [...words, "--url", url]);
}

interface Asked {
  readonly id: string;
  readonly state: string;
  readonly contentSha384: string;
  readonly content: string;
}

test("I7 caveat audit erase asks, caveat proposal approve does it, and the officer is shown that it is erased", async () => {
  const erase = ["erase", house.personId("ben"), "--months", month, "--authority", "order 17"];
  expect(await as("ben", auditCommand, ...erase)).toMatchObject({ code: 1, out: "" });
  const spoken = await as("otto", auditCommand, ...erase);
  expect(spoken.out).toContain(`in ${month} is erased for good, in sections marked ${LOW} (1 keys)`);
  expect(spoken.out).toContain("on the authority of: order 17");
  expect(spoken.out).toContain("Nothing has changed yet.");
  const [asked] = linesOf<Asked>(await as("otto", auditCommand, ...erase, "--marking", LOW, "--json"));
  expect(asked?.state).toBe("OPEN");
  const approve = ["approve", asked?.id ?? "", "--hash", asked?.contentSha384 ?? "", "--json"];
  expect(await as("otto", proposalCommand, ...approve)).toMatchObject({ code: 1 });
  const [, after] = linesOf<Asked>(await as("silas", proposalCommand, ...approve));
  expect(after?.state).toBe("EXECUTED");
  const again = await as("otto", auditCommand, ...erase, "--json");
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("ALREADY_DONE")]);
  const query = "{ auditEntries(first: 100) { edges { node { kind sections { slot state content } } } } }";
  const reply = await app.inject({
    method: "POST",
    url: "/graphql",
    headers: { authorization: await bearer(house, "otto"), "content-type": "application/json" },
    payload: JSON.stringify({ query }),
  });
  const { data } = reply.json<{
    data: {
      auditEntries: { edges: { node: { kind: string; sections: { state: string; content: string | null }[] } }[] };
    };
  }>();
  const sections = data.auditEntries.edges.flatMap(({ node }) => node.sections);
  const erased = sections.filter(({ state }) => state === "erased");
  expect(erased).toEqual(erased.map((section) => ({ ...section, content: null })));
  expect(erased).toHaveLength(5);
  const entry = data.auditEntries.edges.find(({ node }) => node.kind === "section.erasure");
  expect(entry?.node.sections.find(({ content }) => content !== null)?.content).toContain('"authority":"order 17"');
});

test.each([
  ["without a month", ["erase", "x", "--authority", "order 17"]],
  ["without an authority", ["erase", "x", "--months", "2026-01"]],
  ["of nobody", ["erase", "--months", "2026-01", "--authority", "order 17"]],
  ["of what is no verb", ["purge", "x"]],
] as const)("refuses an erasure %s as wrong usage", async (_, words) => {
  expect(await as("otto", auditCommand, ...words)).toMatchObject({ code: 2, out: "" });
});

test("caveat audit events lists what is recorded and what is not, without any server", async () => {
  const events = linesOf<{ event: string; kinds?: string[]; notRecorded?: string; sources: string[] }>(
    await runCommand(auditCommand, ["events", "--json"]),
  );
  expect(events.find(({ event }) => event === "log.erased")).toMatchObject({
    kinds: expect.arrayContaining(["section.erasure"]) as string[],
    sources: ["Mutation.auditErasePropose", "audit erase"],
  });
  expect(events.every(({ kinds, notRecorded }) => (kinds === undefined) !== (notRecorded === undefined))).toBe(true);
  const { code, out } = await runCommand(auditCommand, ["events"]);
  expect([code, out]).toEqual([0, expect.stringContaining("break-glass.absent  is not recorded: there is none")]);
});
