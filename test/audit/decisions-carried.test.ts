import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatVkey } from "../../audit/index.ts";
import { S_FVEY, smallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { archiveOf } from "../ledger/house-ledger.ts";
import { SIGNER, policyOf } from "./archive-fixture.ts";
import { POLICIES } from "./decision-comparison.ts";
import { DecisionsCommand, withoutPolicies } from "./decisions-command.ts";
import { ForgedArchive } from "./forged-archive.ts";

const VKEY = formatVkey(SIGNER.key);
const RULES = join(POLICIES, "rules");
const TEXTS = readdirSync(RULES).map((name) => [name, readFileSync(join(RULES, name), "utf8")] as const);
const SHIPPED = policyOf(Object.fromEntries(TEXTS));

const command = new DecisionsCommand();
let house: TestHouse;
let archive: string;
let houseKey: string;

beforeAll(async () => {
  house = await openTestHouse();
  await smallWorld(house, "ana", S_FVEY);
  archive = await archiveOf(house, await house.as("otto"));
  houseKey = formatVkey((await house.house.keeper.activity()).verifier);
});
afterAll(async () => {
  await house.remove();
  command.remove();
});

describe("I6 verify decisions by the policies that the archive carries", () => {
  test("checks of a server's archive what it checks by the auditor's own copy, and says which of them it had", async () => {
    const carried = await command.reported(archive, houseKey);
    const given = await command.reported(archive, houseKey, POLICIES);
    expect(carried.report).toMatchObject({ verified: true, policies: [] });
    expect(given.report).toMatchObject({ verified: true, policies: [SHIPPED.version] });
    expect(carried.found).toEqual(given.found);
    const { agree, entries, policiesCarried } = carried.found;
    expect(agree).toBeGreaterThan(20);
    expect(policiesCarried).toEqual([{ version: SHIPPED.version, entries: entries.checked }]);
    const none = { notChecked: [], policiesCarriedUncited: 0, policiesNotGiven: [], policiesNotNamed: [] };
    expect(carried.found).toMatchObject({ differ: 0, ...none });
    const { out } = await command.verify(archive, houseKey);
    expect(out).toContain(`Policy in the archive: ${SHIPPED.version}, cited by ${entries.checked} entries`);
    expect(out).not.toContain("Policy given");
    expect(out).toMatch(/Whether it was rightly in force is said by the log's entries of kind policy\.activation/);
    expect((await command.verify(archive, houseKey, "--policies", POLICIES)).out).toContain("Policy given: sha384:");
  });

  test("without them, as of an older release, nothing is checked, and the auditor's own copy still does it all", async () => {
    const bare = withoutPolicies(archive);
    expect(bare.length).toBeLessThan(archive.length);
    const { report, found } = await command.reported(bare, houseKey);
    expect(report).toMatchObject({ verified: false, log: { verified: true } });
    expect(found).toMatchObject({ agree: 0, policiesCarried: [] });
    expect(found.policiesNotGiven).toEqual([{ version: SHIPPED.version, entries: found.entries.notChecked }]);
    const given = await command.reported(bare, houseKey, POLICIES);
    expect(given.found.agree).toBe((await command.reported(archive, houseKey)).found.agree);
  });

  test("finds a policy whose text was exchanged afterwards, under its version and under that of the other text", async () => {
    const forged = new ForgedArchive(archive);
    expect((await command.reported(forged.bytes(), VKEY)).report.verified).toBe(true);
    const lenient = policyOf(Object.fromEntries(TEXTS.map(([name, text]) => [name, text.replaceAll("deny", "allow")])));
    forged.policies.splice(0, 1, { version: SHIPPED.version, files: lenient.files });
    const refused = await command.verify(forged.bytes(), VKEY);
    expect(refused.code).toBe(1);
    expect(refused.first).toMatch(/^REFUSED: the archive of the log .* The rule files on line 2 are not those/);
    expect(refused.out).toMatch(/No decision was looked at/);
    forged.policies.splice(0, 1, lenient);
    const { report, found } = await command.reported(forged.bytes(), VKEY);
    expect(report).toMatchObject({ verified: false, log: { verified: true } });
    expect(found).toMatchObject({ agree: 0, policiesCarried: [], policiesCarriedUncited: 1 });
    expect(found.policiesNotGiven).toEqual([{ version: SHIPPED.version, entries: found.entries.notChecked }]);
    expect((await command.verify(forged.bytes(), VKEY)).out).toContain("that no open entry cites: 1");
  });

  test("counts what cites a policy of a form that is not known here, and says that nobody named it", async () => {
    const strange = policyOf({ "label.json": '{"noun":"label","rules":[{"as":"of a later release"}]}' });
    const forged = new ForgedArchive(archive);
    forged.policies.splice(0, 1, strange);
    const places = forged.entries((outcome) => (outcome["decisions"] as unknown[]).length > 0);
    for (const index of places)
      forged.rewrite(index, "outcome", (outcome) => void (outcome["policyVersion"] = strange.version));
    const { report, found } = await command.reported(forged.bytes(), VKEY);
    expect(report).toMatchObject({ verified: false, log: { verified: true } });
    expect(found.notChecked).toMatchObject([{ reason: "POLICY_UNKNOWN", entries: places.length, first: places[0] }]);
    expect(found.policiesNotNamed).toEqual([{ version: strange.version, entries: places.length }]);
    const { out } = await command.verify(forged.bytes(), VKEY);
    expect(out).toContain(`No open entry says that it came into force: ${strange.version}, cited by`);
  });

  test("an officer who may open no outcome gets them too, and they are counted as cited by nothing", async () => {
    const { report, found } = await command.reported(await archiveOf(house, await house.as("otto", "U")), houseKey);
    expect(report.log.verified).toBe(true);
    expect(found.policiesCarriedUncited + found.policiesCarried.length).toBe(1);
  });
});
