import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { auditCommand } from "../../src/cli/audit.ts";
import { codesOf, judge } from "../ledger/ledger-fixture.ts";
import { linesOf, runCommand } from "../cli/run-command.ts";
import type { Ended } from "../cli/run-command.ts";
import { nodeCrypto, parseTrust } from "../../audit/index.ts";
import { dataOf } from "./hostile-world.ts";
import { endEverything, startServer } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { people, tokenOf } from "./tokens.ts";

let server: RunningServer;
let assetId: string;

beforeAll(async () => {
  server = await startServer();
  vi.stubEnv("CAVEAT_STATE", server.state);
  const token = await tokenOf(server.state, "ben");
  const query =
    "{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { assets(first: 1) { edges { node { id } } } } } } } } } }";
  const text = JSON.stringify(dataOf(await server.graphql(token, query)));
  assetId = /"assets":\{"edges":\[\{"node":\{"id":"([^"]+)"/.exec(text)?.[1] ?? "";
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await endEverything();
});

/** Runs `caveat audit` with these words, as somebody. */
function audit(as: string, ...words: string[]): Promise<Ended> {
  return runCommand(auditCommand, [...words, "--as", as, "--url", server.url]);
}

/** What it wrote with --json, which succeeded. */
async function told<T>(...words: string[]): Promise<T[]> {
  const ended = await audit("otto", ...words, "--json");
  expect(ended).toMatchObject({ code: 0, err: "" });
  return linesOf<T>(ended);
}

const personId = (handle: string): string =>
  Buffer.from(`person:${people(server.state)[handle]?.id}`).toString("base64url");

interface Line {
  readonly personId?: string | null;
  readonly completeTo?: number;
  readonly withheld?: number;
  readonly entry?: { readonly index: number };
}

describe("what a compliance officer asks on the command line", () => {
  test("I4 who saw an image, and what a person saw, with how far the answer holds", async () => {
    const saw = await told<Line>("who-saw", assetId);
    expect(saw.slice(0, -1).map((line) => line.personId)).toContain(personId("ben"));
    expect(saw.at(-1)).toMatchObject({ unread: 0, withheld: 0 });
    expect(saw.at(-1)?.completeTo).toBeGreaterThan(saw[0]?.entry?.index ?? Infinity);
    const seen = await told<Line>("seen-by", "ben");
    expect(new Set(seen.slice(0, -1).map((line) => line.personId))).toEqual(new Set([personId("ben")]));
    const plain = await audit("otto", "who-saw", assetId);
    expect(plain.out).toMatch(/entry \d+ {2}person:[0-9a-f-]{36} {2}answered {2}query {2}asset\.read/);
    expect(plain.out.trimEnd().split("\n").at(-1)).toMatch(/^Complete as far as the first \d+ entries of the log\.$/);
    const low = await audit("otto", "who-saw", assetId, "--level", "S");
    expect(low.out).toMatch(/withheld from you: whether they belong here is not told/);
  });

  test("I4 refusals with their reasons, bursts, and what happened between two signed sizes", async () => {
    expect((await server.graphql("nonsense", "{ viewer { handle } }")).status).toBe(401);
    await vi.waitFor(async () => {
      expect((await audit("otto", "refusals")).out).toMatch(/nobody known yet {2}refused {2}refused .*because of /);
    }, 5_000);
    const bursts = await told<Record<string, unknown>>("bursts", "--objects", "20", "--seconds", "3600");
    expect(bursts).toContainEqual(expect.objectContaining({ kind: "read" }));
    expect(bursts.at(-1)).toMatchObject({ withheld: 0 });
    const token = await tokenOf(server.state, "otto");
    const { auditCheckpoints } = dataOf(
      await server.graphql(token, "{ auditCheckpoints(first: 1) { edges { node { size note } } } }"),
    ) as {
      auditCheckpoints: { edges: { node: { size: number; note: string } }[] };
    };
    const { size = 0, note = "" } = auditCheckpoints.edges[0]?.node ?? {};
    const path = join(server.state, "kept-checkpoint");
    writeFileSync(path, note);
    const [between] = await told<{ to: number; kinds: { count: number }[] }>("between", "0", path);
    expect(between?.to).toBe(size);
    expect(between?.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(size);
    expect(await audit("otto", "between", "0", String(size + 1_000_000))).toMatchObject({ code: 1 });
  });

  test("I5 the index is compared with the log", async () => {
    expect(await told("check-index")).toEqual([{ completeTo: expect.any(Number) as number, differing: [] }]);
  });

  test("I5 a disclosure for one person is an archive that verifies, and its report says how much is withheld", async () => {
    const folder = join(server.state, "disclosed");
    const [made] = linesOf<{ archive: string; about: string[] }>(
      await audit("otto", "disclose", folder, "--person", "ben", "--json"),
    );
    expect(made?.about).toEqual([personId("ben")]);
    const trust = parseTrust(nodeCrypto, readFileSync(join(server.state, "trust.json")));
    const activity = trust.logs.find(({ purpose }) => purpose === "activity");
    if (!activity) throw new Error("the trust file lacks the activity log");
    const report = await judge(readFileSync(join(folder, "log.ndjson"), "utf8"), activity.key);
    expect(codesOf(report)).toEqual([]);
    const { opened = 0, sealed = 0 } = report.signed?.sections ?? {};
    expect([opened > 0, sealed > 10 * opened]).toEqual([true, true]);
    const file = join(server.state, "case.txt");
    writeFileSync(file, `# what it is about\n${assetId}\nperson:${people(server.state)["ben"]?.id}\n`);
    expect(await audit("otto", "disclose", folder, "--case", file)).toMatchObject({ code: 0 });
    expect(await audit("otto", "disclose", folder, "--asset", assetId)).toMatchObject({ code: 0 });
  });

  test("I4 what comes to the log, with its chain worked out, from where the last tail or a check of an archive came to", async () => {
    const head = join(server.state, "head.json");
    const ben = await tokenOf(server.state, "ben");
    const acting = setInterval(() => void server.graphql(ben, "{ viewer { handle } }"), 100);
    try {
      const first = await audit("otto", "tail", "--head", head, "--entries", "2");
      expect(first.code).toBe(0);
      expect(first.err).toMatch(/^caveat: following \S+ after \d+ entries\n$/);
      expect(first.out).toMatch(/entry \d+ {2}operation\.outcome {2}person:[0-9a-f-]{36} {2}answered/);
      const kept = JSON.parse(readFileSync(head, "utf8")) as { size: number; chain: string };
      const [next] = linesOf<{ index: number }>(
        await audit("otto", "tail", "--head", head, "--entries", "1", "--json"),
      );
      expect(next?.index).toBe(kept.size);
      const report = join(server.state, "report.json");
      writeFileSync(report, JSON.stringify({ verified: true, origin: "x", signed: { ...kept, frontier: [] } }));
      const [again] = linesOf<{ index: number }>(
        await audit("otto", "tail", "--head", report, "--entries", "1", "--json"),
      );
      expect(again?.index).toBe(kept.size);
      writeFileSync(
        head,
        JSON.stringify({ ...kept, chain: kept.chain.replace(/^./, (one) => (one === "0" ? "1" : "0")) }),
      );
      const other = await audit("otto", "tail", "--head", head);
      expect(other).toMatchObject({ code: 1, out: "" });
      expect(other.err).toMatch(/this is not the log that you followed to \d+ entries: its chain value there is/);
    } finally {
      clearInterval(acting);
    }
    expect((await audit("otto", "tail", "--head", server.state)).code).toBe(2);
    writeFileSync(head, "nonsense");
    expect((await audit("otto", "tail", "--head", head)).code).toBe(2);
    expect((await runCommand(auditCommand, ["tail", "--url", "http://127.0.0.1:9"])).code).toBe(3);
  });

  test("I1 somebody else is told that there is nothing", async () => {
    const folder = join(server.state, "not-disclosed");
    for (const words of [
      ["who-saw", assetId],
      ["seen-by", "ben"],
      ["refusals"],
      ["between", "0", "1"],
      ["bursts"],
      ["check-index"],
      ["tail"],
      ["disclose", folder, "--person", "ben"],
    ])
      expect([words, await audit("ana", ...words)]).toMatchObject([words, { code: 1, out: "" }]);
  });

  test("I9 words that it does not understand are wrong usage", async () => {
    for (const words of [
      ["who-saw"],
      ["who-saw", "nonsense"],
      ["seen-by", "nobody-of-this-name"],
      ["between", "0"],
      ["bursts", "--objects", "many"],
      ["tail", "--entries", "many"],
      ["tail", "more"],
      ["disclose", "x"],
      ["disclose", "x", "--person", "ben", "--asset", assetId],
      ["export", "x", "--person", "ben"],
    ])
      expect([words, (await audit("otto", ...words)).code]).toEqual([words, 2]);
  });
});
