import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { policyCommand } from "../../src/cli/policy.ts";
import { readPolicyFolder } from "../../src/rulebook/folder.ts";
import { shipped, withRule } from "../rulebook/edited-policy.ts";
import { runCommand } from "../cli/run-command.ts";
import type { Ended } from "../cli/run-command.ts";
import { dataOf } from "./hostile-world.ts";
import { endEverything, startServer, temporaryFolder } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
  vi.stubEnv("CAVEAT_STATE", server.state);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await endEverything();
});

/** Runs `caveat policy` against the server. */
const policy = (...words: string[]): Promise<Ended> => runCommand(policyCommand, [...words, "--url", server.url]);

async function programsOf(handle: string): Promise<string[]> {
  const answer = await server.graphql(
    await tokenOf(server.state, handle),
    "{ programs(first: 5) { edges { node { id } } } }",
  );
  const { programs } = dataOf(answer) as { programs: { edges: { node: { id: string } }[] } };
  return programs.edges.map(({ node }) => node.id);
}

test("I7 I2 officers check, compare, propose, approve and take back a policy by command, while the server runs", async () => {
  const folder = temporaryFolder();
  const documents = withRule({
    id: "program.x",
    effect: "deny",
    actions: ["program.read"],
    pair: { roles: "any", countries: ["GBR"] },
  });
  for (const [path, text] of Object.entries(documents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const [program = ""] = await programsOf("charlotte");
  expect(program).not.toBe("");

  const diff = await policy("diff", "active", folder, "--json");
  const lines = diff.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string; rules?: { id: string }[]; changes?: { closes: string[] }[] });
  expect(lines[0]?.rules?.map(({ id }) => id)).toEqual(["program.x"]);
  expect(lines.slice(1).flatMap(({ changes }) => changes?.flatMap(({ closes }) => closes) ?? [])).toContain(
    "program.read",
  );
  const readable = await policy("diff", "active", folder);
  expect(readable.code).toBe(0);
  expect(readable.out).toMatch(/program\.read +0 open, \d+ close/);

  const proposed = await policy("propose", folder, "--json");
  expect(proposed.err).toBe("");
  const { id, contentSha384 } = JSON.parse(proposed.out) as { id: string; contentSha384: string };
  expect((await policy("proposals")).out).toContain(id);
  expect(await policy("approve", id, "--hash", contentSha384, "--as", "sofia")).toMatchObject({ code: 1 });
  expect(await policy("approve", id, "--hash", contentSha384, "--as", "ana")).toMatchObject({ code: 1 });
  const approved = await policy("approve", id, "--hash", contentSha384);
  expect(approved).toMatchObject({ code: 0, out: expect.stringContaining("in force") as string });
  expect(await programsOf("charlotte")).toEqual([]);
  expect(await programsOf("ben")).toHaveLength(1);

  const why = await policy("explain", "charlotte", program);
  expect(why).toMatchObject({ code: 1, out: expect.stringContaining("program.x") as string });
  expect((await policy("explain", "ben", program)).code).toBe(0);
  expect((await policy("explain", "--who", program)).out).toMatch(
    /May program\.read:[\s\S]*ben[\s\S]*May not:[\s\S]*charlotte/,
  );
  expect((await policy("explain", "--what", "ben")).out).toMatch(/reads program/);
  expect((await policy("explain", "ana", program, "--level", "S")).code).toBe(1);
  expect((await policy("explain", "nobody", program)).err).toContain("not found");

  const all = JSON.parse((await policy("list", "--json")).out) as { documentsSha384: string; state: string }[];
  const old = all.find(({ state }) => state === "past")?.documentsSha384 ?? "";
  const back = join(temporaryFolder(), "old");
  expect((await policy("show", old.slice(0, 12), "--to", back)).code).toBe(0);
  expect(readPolicyFolder(back)).toEqual(shipped);
  const again = JSON.parse((await policy("propose", old.slice(0, 12), "--json")).out) as {
    id: string;
    contentSha384: string;
  };
  expect((await policy("approve", again.id, "--hash", again.contentSha384)).code).toBe(0);
  expect(await programsOf("charlotte")).toEqual([program]);

  expect((await policy("diff", "active")).code).toBe(2);
  expect((await policy("list", "--as", "ana")).code).toBe(1);
}, 120_000);
