import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../audit/command.ts";
import { formatVkey } from "../../audit/index.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import {
  BOX,
  S_FVEY,
  TS,
  approve,
  draw,
  latest,
  makeAsset,
  makeDataset,
  request,
  review,
  smallWorld,
} from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { archiveOf } from "../ledger/house-ledger.ts";
import { ORIGIN, SIGNER } from "./archive-fixture.ts";
import { POLICIES, SHIPPED, readBoth } from "./decision-comparison.ts";
import { DecisionsCommand, withoutPolicies } from "./decisions-command.ts";
import { LIES } from "./lies.ts";
import { ForgedArchive } from "./forged-archive.ts";
import type { Content } from "./forged-archive.ts";

const VKEY = formatVkey(SIGNER.key);
const command = new DecisionsCommand();
const { folder } = command;
let house: TestHouse;
let archive: string;
let lowArchive: string;
let houseKey: string;

beforeAll(async () => {
  house = await openTestHouse();
  const world = await smallWorld(house, "ana", S_FVEY);
  const hidden = await house.run(await house.as("sam"), async (operation) => {
    const { programId } = house;
    const datasetId = await makeDataset(operation, {
      programId,
      versionId: world.versionId,
      name: "Hold",
      marking: TS,
    });
    return makeAsset(house, operation, { datasetId, title: "Hidden", marking: TS });
  });
  await house.run(await house.as("ana"), (operation) => draw(operation, hidden));
  await house.run(await house.as("charlotte"), (operation) => latest(operation, world.labelId));
  await house.run(await house.as("rita"), (operation) => review(operation, world.labelId));
  for (const handle of ["ben", "charlotte"]) {
    const operation = await house.open(await house.as(handle));
    const input = { assetId: hidden, classKey: "ship", shape: BOX, attributes: {}, marking: null };
    await expect(operation.mutate(createLabel, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await operation.close();
  }
  const own = await house.open(await house.as("ana"));
  await expect(review(own, world.labelId)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  await own.close();
  const delivery = await request(house, await house.as("petra"), world.datasetId);
  await approve(house, await house.as("victor"), delivery);
  archive = await archiveOf(house, await house.as("otto"));
  lowArchive = await archiveOf(house, await house.as("otto", "U"));
  houseKey = formatVkey((await house.house.keeper.activity()).verifier);
});
afterAll(async () => {
  await house.remove();
  command.remove();
});

const verify = (bytes: Uint8Array | string, key: string, ...more: readonly string[]) =>
  command.verify(bytes, key, ...more);
const reported = (bytes: Uint8Array | string, key = VKEY, policies = POLICIES) =>
  command.reported(bytes, key, policies);

/** A place in the log where a decision is taken on facts, for each answer. */
function placeOf(forged: ForgedArchive, decision: string): number {
  const [place] = forged.entries((outcome) =>
    (outcome["decisions"] as Content[]).some((one) => one["decision"] === decision && one["facts"] !== null),
  );
  if (place === undefined) throw new Error(`nothing was answered with ${decision}`);
  return place;
}

describe("I6 caveat-audit verify decisions, on the log of a house", () => {
  test("every decision follows from what its entry cites, allowed and denied, on facts and without", async () => {
    const { report, found } = await reported(archive, houseKey);
    expect(report).toMatchObject({ verified: true, policies: [readBoth(SHIPPED).server.version] });
    expect(found).toMatchObject({ differ: 0, differences: [], notChecked: [], policiesNotGiven: [] });
    expect(found.agree).toBeGreaterThan(60);
    expect(found.entries.checked).toBeGreaterThan(20);
    const forged = new ForgedArchive(archive);
    const recorded = forged.entries(() => true).flatMap((index) => forged.decisions(index));
    expect(found.agree).toBe(recorded.length);
    expect(recorded.filter(({ decision }) => decision === "deny").length).toBeGreaterThan(2);
    expect(recorded.some(({ facts }) => facts === null)).toBe(true);
    const { code, first, out } = await verify(archive, houseKey, "--policies", POLICIES);
    expect(code).toBe(0);
    expect(first).toMatch(
      /^VERIFIED: the log \S+ is whole, and all \d+ decisions that were recomputed follow from what the entries cite\.$/,
    );
    expect(out).toMatch(/cannot be excluded/);
    expect(out).toMatch(/is not shown by this/);
    expect((await verify(archive, houseKey, "--policies", join(POLICIES, "rules"), "--quiet")).out).toBe(`${first}\n`);
  });

  test("the same log signed by another key verifies with that key, so that what is refused below is refused for its decisions", async () => {
    const { report, found } = await reported(new ForgedArchive(archive).bytes());
    expect(report.verified).toBe(true);
    expect(found.agree).toBeGreaterThan(60);
  });

  test.each(["deny", "allow"] as const)(
    "a recorded %s that was turned round by who holds the keys is refused, and its entry named",
    async (decision) => {
      const forged = new ForgedArchive(archive);
      const index = placeOf(forged, decision);
      const place = forged.decisions(index).findIndex((one) => one.decision === decision && one.facts !== null);
      forged.rewrite(index, "outcome", (outcome) => {
        const changed = (outcome["decisions"] as Content[])[place] ?? {};
        changed["decision"] = decision === "deny" ? "allow" : "deny";
      });
      const bytes = forged.bytes();
      const { report, found } = await reported(bytes);
      expect(report.log.verified).toBe(true);
      expect(found.differ).toBe(1);
      const { action } = forged.decisions(index)[place] ?? {};
      const follows = { decision };
      expect(found.differences).toMatchObject([
        { code: "DECISION_DIFFERS", at: { what: "entry", index }, decision: place, action, follows },
      ]);
      const { code, first, out } = await verify(bytes, VKEY, "--policies", POLICIES);
      expect(code).toBe(1);
      expect(first).toMatch(
        new RegExp(
          `^REFUSED: the log ${ORIGIN} is whole, but 1 of the \\d+ decisions .* in entry ${index} is recorded as`,
        ),
      );
      expect(first).toContain(found.differences[0]?.banner ?? "?");
      expect(first).toContain("the server that decided erred or lied, or whoever held its keys wrote the entry so.");
      expect(out).toMatch(new RegExp(`^ {2}DECISION_DIFFERS at entry ${index}: `, "m"));
    },
  );

  test.each(LIES)("an entry that cites %s for what it allowed is refused and named", async (_what, section, change) => {
    const forged = new ForgedArchive(archive);
    const [index = -1] = forged.entries(
      (outcome, kind) =>
        kind === "mutation.outcome" && outcome["command"] === "labelCreate" && outcome["result"] === "answered",
    );
    const { report, found } = await reported(forged.rewrite(index, section, change).bytes());
    expect(report.log.verified).toBe(true);
    expect(found.differ).toBeGreaterThan(0);
    expect(new Set(found.differences.map(({ at }) => at.index))).toEqual(new Set([index]));
  });

  test("without the keys nothing of it can be changed: the log itself is refused, and nothing is said of decisions", async () => {
    const forged = new ForgedArchive(archive).bytes();
    const { code, out, first } = await verify(forged, houseKey, "--policies", POLICIES);
    expect(code).toBe(1);
    expect(first).toMatch(/^REFUSED: the archive of the log .* does not verify/);
    expect(out).toMatch(/No decision was looked at/);
    const { report } = await reported(forged, houseKey);
    expect(report.recomputed).toBeNull();
    expect((await verify(archive.slice(0, -20), houseKey, "--policies", POLICIES)).code).toBe(1);
  });
});

describe("I6 what cannot be checked is counted, and never as passed", () => {
  test("under another policy than the one that entries cite nothing is checked, and the verdict says so", async () => {
    const other = join(folder, "other");
    cpSync(join(POLICIES, "rules"), other, { recursive: true });
    const path = join(other, "label.json");
    writeFileSync(path, `${readFileSync(path, "utf8")} `);
    const { report, found } = await reported(withoutPolicies(archive), houseKey, other);
    expect(report.verified).toBe(false);
    expect(found).toMatchObject({ agree: 0, differ: 0, entries: { checked: 0 } });
    expect(found.notChecked).toMatchObject([{ reason: "POLICY_NOT_GIVEN", entries: found.entries.notChecked }]);
    expect(found.policiesNotGiven).toEqual([
      { version: readBoth(SHIPPED).server.version, entries: found.entries.notChecked },
    ]);
    const { code, first, out } = await verify(withoutPolicies(archive), houseKey, "--policies", other);
    expect(code).toBe(1);
    expect(first).toMatch(
      /^REFUSED: .* nothing could be checked: not one decision was recomputed\. NOT CHECKED: \d+ entries\.$/,
    );
    expect(out).toContain(`Neither given nor in the archive: ${readBoth(SHIPPED).server.version}`);
    const both = await verify(withoutPolicies(archive), houseKey, "--policies", other, "--policies", POLICIES);
    expect(both.code).toBe(0);
  });

  test("a sealed outcome, a sealed profile and an entry of another form are counted, each with its reason and first entry", async () => {
    const before = (await reported(new ForgedArchive(archive).bytes())).found;
    const forged = new ForgedArchive(archive);
    const [a = -1, b = -1, c = -1, d = -1] = forged.entries(
      (outcome) => (outcome["decisions"] as unknown[]).length > 0,
    );
    const counts = [a, b, c, d].map((index) => forged.decisions(index).length);
    forged.seal(a, "outcome").seal(b, "detail");
    forged.rewrite(c, "outcome", (outcome) => void (outcome["also"] = 1));
    forged.rewrite(d, "detail", (detail) => void delete detail["sources"]);
    const { report, found } = await reported(forged.bytes());
    expect(report.verified).toBe(true);
    expect(found.entries.notChecked).toBe(4);
    expect(found.notChecked).toMatchObject([
      { reason: "OUTCOME_SEALED", entries: 1, first: a },
      { reason: "PROFILE_SEALED", entries: 1, first: b },
      { reason: "FORMAT_UNKNOWN", entries: 2, first: c },
    ]);
    expect(found.agree).toBe(before.agree - counts.reduce((sum, count) => sum + count, 0));
    const { code, first, out } = await verify(forged.bytes(), VKEY, "--policies", POLICIES);
    expect(code).toBe(0);
    expect(first).toMatch(/ NOT CHECKED: 4 entries\.$/);
    expect(out).toContain(`NOT CHECKED: 1 entry, the first is entry ${b}: the section with the profile is sealed`);
  });

  test("an officer who may open nothing of it checks nothing of it", async () => {
    const { found } = await reported(lowArchive, houseKey);
    const reasons = found.notChecked.map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(["OUTCOME_SEALED"]));
    expect(found.entries.notChecked).toBeGreaterThan(10);
    expect(found.differ).toBe(0);
  });

  test("answers 2 to a folder that is no policy, 3 to one that is not there", async () => {
    const run = async (...policies: readonly string[]) => {
      let err = "";
      const output = { out: () => undefined, err: (text: string) => void (err += text), errIsTerminal: false };
      const path = join(folder, "log.ndjson");
      return { code: await runCommand(["verify", "decisions", path, "--key", VKEY, ...policies], output), err };
    };
    const odd = join(folder, "odd");
    mkdirSync(odd);
    expect((await run("--policies", "")).code).toBe(2);
    expect((await run("--policies", odd)).code).toBe(2);
    writeFileSync(join(odd, "label.json"), '{"noun":"label","noun":"label","rules":[]}');
    expect(await run("--policies", odd)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/label\.json/) as string,
    });
    expect((await run("--policies", join(folder, "none"))).code).toBe(3);
  });
});
