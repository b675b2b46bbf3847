import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeCrypto, parseArchiveLine, readRuleFiles, utf8, verifyDecisions } from "../../audit/index.ts";
import type { ArchivePolicy, DecisionsReport } from "../../audit/index.ts";
import { policyActivation } from "../../src/administration/policy-activation.ts";
import { approveProposal, proposalById, propose } from "../../src/administration/proposals.ts";
import { programs } from "../../src/datasets/queries.ts";
import { documentsText, readRulebook, ruleFiles } from "../../src/rulebook/documents.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { archiveOf } from "../ledger/house-ledger.ts";
import { codesOf, entriesOf, judge } from "../ledger/ledger-fixture.ts";
import { shipped, withRule } from "../rulebook/edited-policy.ts";

const ANY = { effect: "deny", pair: { roles: "any", countries: ["GBR"] } } as const;
const NO_BRITONS = withRule({ id: "program.x", actions: ["program.read"], ...ANY });
const NEVER = withRule({ id: "program.y", actions: ["program.read"], ...ANY });
const TABLE = "tables/policy.csv";
const CLOSED: PolicyDocuments = {
  ...withRule({
    id: "policy.x",
    effect: "deny",
    actions: ["policy.read"],
    pair: { roles: ["compliance-officer"] },
  }),
  // What the table expects of security officers alone goes on to hold.
  [TABLE]: (shipped[TABLE] ?? "").replace("us-security-officer|us-compliance-officer,U", "us-security-officer,U"),
};

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(async () => {
  await house.remove();
});

/** Has documents proposed, and approved unless they are only to be kept. */
async function put(documents: PolicyDocuments, approved = true): Promise<void> {
  const row = await house.run(await house.as("sofia"), async (operation) => {
    const { id } = await operation.mutate(propose(policyActivation), { documents });
    return operation.query(proposalById("policy.activate"), { id });
  });
  if (!row) throw new Error("not visible to its requester");
  if (!approved) return;
  await house.run(await house.as("silas"), (operation) =>
    operation.mutate(approveProposal("policy.activate"), { proposalId: row.id, sha384: row.contentSha384 }),
  );
}

const look = async (handle: string): Promise<unknown> =>
  house.run(await house.as(handle), (operation) => operation.query(programs, { first: 10, after: null }));

const versionOf = (documents: PolicyDocuments): string => readRulebook(documents).policy.version;
type RuleSet = ReturnType<typeof readRuleFiles>;
const rulesOf = (documents: PolicyDocuments): RuleSet => readRuleFiles(nodeCrypto, ruleFiles(documents));

function carriedBy(archive: string): ArchivePolicy[] {
  return archive.split("\n").flatMap((text) => {
    const line = text.startsWith('{"policy"') ? parseArchiveLine(utf8(text)) : null;
    return line?.line === "policy" ? [line] : [];
  });
}

async function decisions(archive: string, policies: readonly RuleSet[] = []): Promise<DecisionsReport> {
  const { verifier } = await house.house.keeper.activity();
  return verifyDecisions({ crypto: nodeCrypto, key: verifier, archive: [utf8(archive)], policies });
}

/** What the last export but this one disclosed or was denied of policies. */
async function recordedOf(archive: string) {
  const outcome = entriesOf(archive).findLast(({ slots }) => slots[2]?.open?.includes('"policy.read"'));
  const { decisions: made } = JSON.parse(outcome?.slots[2]?.open ?? "{}") as {
    decisions: { action: string; decision: string; objects: string[] }[];
  };
  return made.filter(({ action }) => action === "policy.read");
}

const named = (documents: PolicyDocuments): string => `policy:${documentsText(documents).sha384.slice(0, 16)}`;

describe("I6 an archive that the server writes", () => {
  test("I6 carries every policy that was ever in force and no other, and its decisions follow from them alone", async () => {
    await look("charlotte");
    await put(NEVER, false);
    await put(NO_BRITONS);
    await look("charlotte");
    await look("ben");
    const archive = await archiveOf(house, await house.as("otto"));
    const versions = [shipped, NO_BRITONS].map(versionOf).toSorted();
    expect(carriedBy(archive).map(({ version }) => version)).toEqual(versions);
    const alone = await decisions(archive);
    const given = await decisions(archive, [rulesOf(shipped), rulesOf(NO_BRITONS)]);
    expect(alone.verified).toBe(true);
    expect(alone.recomputed).toEqual(given.recomputed);
    expect(alone.recomputed).toMatchObject({ differ: 0, notChecked: [], policiesNotGiven: [], policiesNotNamed: [] });
    expect(alone.recomputed?.policiesCarried.map(({ version }) => version).toSorted()).toEqual(versions);
  });

  test("I4 records which documents' rules an archive disclosed", async () => {
    await archiveOf(house, await house.as("otto"));
    const [recorded] = await recordedOf(await archiveOf(house, await house.as("otto")));
    expect(recorded).toMatchObject({ decision: "allow" });
    expect(new Set(recorded?.objects)).toEqual(new Set(["policy:rules", named(shipped), named(NO_BRITONS)]));
  });

  test("I1 carries none to a compliance officer who may not read policies, and records that", async () => {
    await put(CLOSED);
    const archive = await archiveOf(house, await house.as("otto"));
    expect(carriedBy(archive)).toEqual([]);
    expect(codesOf(await judge(archive, (await house.house.keeper.activity()).verifier))).toEqual([]);
    const recorded = await recordedOf(await archiveOf(house, await house.as("otto")));
    expect(recorded).toMatchObject([{ decision: "deny", objects: ["policy:rules"] }]);
    await put(shipped);
    expect(carriedBy(await archiveOf(house, await house.as("otto"))).length).toBe(3);
  });

  test("I6 gives away a policy that the owner of the database exchanged after it was in force", async () => {
    const exchanged = documentsText(withRule({ id: "program.z", actions: ["program.read"], ...ANY }));
    await house.admin.query(
      "insert into access.policy_documents (sha384, content, version, register_version) select $1, $2, version, register_version from access.policy_documents where sha384 = $3",
      [exchanged.sha384, exchanged.text, documentsText(NO_BRITONS).sha384],
    );
    await house.admin.query("update access.policy set documents_sha384 = $1 where documents_sha384 = $2", [
      exchanged.sha384,
      documentsText(NO_BRITONS).sha384,
    ]);
    const archive = await archiveOf(house, await house.as("otto"));
    const place = carriedBy(archive).findIndex(({ version }) => version === versionOf(NO_BRITONS)) + 2;
    const { verified, log, recomputed } = await decisions(archive);
    expect([verified, recomputed, codesOf(log)]).toEqual([false, null, [`POLICY_MISMATCH line:${place}`]]);
  });
});
