import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyActivation } from "../../src/administration/policy-activation.ts";
import type { PolicyActivateInput } from "../../src/administration/policy-activation.ts";
import { approveProposal, proposalById, propose, proposalState } from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { openHouse } from "../../src/composition/house.ts";
import type { House } from "../../src/composition/house.ts";
import { programs } from "../../src/datasets/queries.ts";
import { ACTIONS, actionBit } from "../../src/policy/actions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import type { Effective } from "../../src/markings/index.ts";
import { documentsText, readRulebook } from "../../src/rulebook/documents.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { shipped, withRule } from "../rulebook/edited-policy.ts";

const NO_BRITONS = withRule({
  id: "program.x",
  effect: "deny",
  actions: ["program.read"],
  pair: { roles: "any", countries: ["GBR"] },
});
const OWN_LABELS = withRule({ id: "label.x", effect: "allow", actions: ["label.read"], row: { owner: true } });

let house: TestHouse;
let offset = 0;
const folders: string[] = [];

beforeAll(async () => {
  house = await openTestHouse({ clock: () => new Date(Date.now() + offset) });
  const { office } = house.house;
  for (const text of ["SECRET//NOFORN", "SECRET//REL TO USA, FVEY", "TOP SECRET//TK//NOFORN", "UNCLASSIFIED"]) {
    const read = office.read(text);
    if (read) await office.intern(read.structure, read.effective);
  }
});
afterAll(async () => {
  await house.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderOf(documents: PolicyDocuments): string {
  const folder = mkdtempSync(join(tmpdir(), "caveat-policy-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(documents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function proposed(input: PolicyActivateInput, by = "sofia"): Promise<ProposalRow> {
  return house.run(await house.as(by), async (operation) => {
    const { id } = await operation.mutate(propose(policyActivation), input);
    const row = await operation.query(proposalById("policy.activate"), { id });
    if (!row) throw new Error("not visible to its requester");
    return row;
  });
}

async function approve(by: string, row: ProposalRow, sha384 = row.contentSha384): Promise<unknown> {
  return house.run(await house.as(by), (operation) =>
    operation.mutate(approveProposal("policy.activate"), { proposalId: row.id, sha384 }),
  );
}

async function activate(input: PolicyActivateInput): Promise<void> {
  await approve("silas", await proposed(input));
}

/** How many programs somebody sees. */
async function seen(handle: string): Promise<number> {
  const page = await house.run(await house.as(handle), (operation) =>
    operation.query(programs, { first: 10, after: null }),
  );
  return page?.rows.length ?? 0;
}

interface Active {
  readonly id: string;
  readonly version: string;
  readonly documents: string;
}
async function active(): Promise<Active | undefined> {
  const { rows } = await house.admin.query<Active>(
    "select id, version, documents_sha384 as documents from access.policy where active",
  );
  return rows[0];
}

const stateOf = async (row: ProposalRow): Promise<string> =>
  house.run(await house.as("silas"), (operation) => operation.nested((grant) => proposalState(grant, row)));

/** Cells of the matrix of the active policy that are missing or are not what the documents decide. */
async function wrongCells(documents: PolicyDocuments): Promise<number> {
  const { policy } = readRulebook(documents);
  const { rows } = await house.admin.query<{ profile: unknown; effective: Effective; actions: string | null }>(
    `select p.profile, m.effective, pm.actions::text as actions from access.profile p cross join access.marking m
     left join access.profile_marking pm on pm.profile_id = p.id and pm.marking_id = m.id
       and pm.policy_id = (select id from access.policy where active)`,
  );
  expect(rows.length).toBeGreaterThan(10);
  return rows.filter(({ profile, effective, actions }) => {
    const reader = parseProfile(profile);
    const bits = ACTIONS.filter((action) => decidePair(policy, reader, effective, action).allow);
    return actions !== bits.reduce((sum, action) => sum | (1n << BigInt(actionBit(action))), 0n).toString();
  }).length;
}

describe("I7 a policy comes into force", () => {
  test("I7 I4 by two people, at the next request, with an entry at each step, and can be taken back", async () => {
    const first = await active();
    expect(await seen("charlotte")).toBe(1);
    const from = await logSize(house);
    const row = await proposed({ documents: NO_BRITONS });
    expect(await active()).toEqual(first);
    expect(await seen("charlotte")).toBe(1);
    await approve("silas", row);
    const { sha384 } = documentsText(NO_BRITONS);
    const { policy } = readRulebook(NO_BRITONS);
    expect(await active()).toMatchObject({ documents: sha384, version: policy.version });
    expect(await stateOf(row)).toBe("EXECUTED");
    expect(await seen("charlotte")).toBe(0);
    expect(await seen("ben")).toBe(1);
    expect(await wrongCells(NO_BRITONS)).toBe(0);
    const made = await entries(house, from);
    expect(made.map(({ kind }) => kind).filter((kind) => /^(proposal|policy)\./.test(kind))).toEqual([
      "proposal.request",
      "policy.activation",
      "proposal.approval",
    ]);
    const activation = made.find(({ kind }) => kind === "policy.activation");
    expect(activation?.sections["outcome"]).toMatchObject({ documents: sha384, step: "in force" });
    const last = made.findLast(({ kind }) => kind === "operation.request");
    expect(last?.sections["request"]).toMatchObject({ policyVersion: policy.version });

    await activate({ documentsSha384: first?.documents ?? "" });
    expect(await active()).toEqual(first);
    expect(await seen("charlotte")).toBe(1);
    expect(await wrongCells(shipped)).toBe(0);
  });

  test("I7 never by one person, another role, or another hash", async () => {
    const before = await active();
    const row = await proposed({ documents: NO_BRITONS });
    await expect(approve("sofia", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const handle of ["ana", "sam", "otto", "victor"]) {
      await expect(approve(handle, row)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(proposed({ documents: NO_BRITONS }, handle)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    }
    await expect(approve("silas", row, "0".repeat(96))).rejects.toMatchObject({ code: "STALE" });
    expect(await active()).toEqual(before);
  });

  test("I7 not after its time", async () => {
    const row = await proposed({ documents: NO_BRITONS });
    offset = 25 * 3_600_000;
    await expect(approve("silas", row)).rejects.toMatchObject({ code: "EXPIRED" });
    offset = 0;
    expect(await stateOf(row)).toBe("OPEN");
  });

  test("I7 not when another one came into force since it was proposed", async () => {
    const other = withRule({
      id: "program.y",
      effect: "deny",
      actions: ["program.read"],
      pair: { roles: "any", countries: ["NZL"] },
    });
    const first = await active();
    const row = await proposed({ documents: NO_BRITONS });
    await activate({ documents: other });
    expect(await stateOf(row)).toBe("VOID");
    await expect(approve("silas", row)).rejects.toMatchObject({ code: "STALE" });
    expect((await active())?.documents).toBe(documentsText(other).sha384);
    await activate({ documentsSha384: first?.documents ?? "" });
  });

  test("I9 not when it has an error, is not kept, or is in force already", async () => {
    const broken = { ...shipped, "rules/label.json": "{}" };
    await expect(proposed({ documents: broken })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(proposed({ documentsSha384: "0".repeat(96) })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(proposed({ documents: shipped })).rejects.toMatchObject({ code: "ALREADY_DONE" });
    const kept = await house.admin.query("select from access.policy_documents where sha384 = $1", [
      documentsText(broken).sha384,
    ]);
    expect(kept.rows).toEqual([]);
  });

  test("I7 in every process: another one changes over at its next request, and interns nothing under the old one", async () => {
    const second = await openHouse(house.house.config, { replica: "api-2" });
    try {
      const first = await active();
      const stale = second.office;
      await activate({ documents: NO_BRITONS });
      const read = stale.read("CONFIDENTIAL//REL TO USA, NZL");
      if (!read) throw new Error("no marking");
      await expect(stale.intern(read.structure, read.effective)).rejects.toThrow("another policy is in force");
      const principal = await house.as("charlotte");
      const about = { operation: "test", fields: [], digest: "", source: "test", honors: [] };
      const request = { transport: "command", ...about } as const;
      const operation = await second.door.open(principal, request);
      const page = await operation.query(programs, { first: 10, after: null });
      await operation.close();
      expect(page?.rows ?? []).toEqual([]);
      expect(second.office.policyId).toBe((await active())?.id);
      await second.office.intern(read.structure, read.effective);
      expect(await wrongCells(NO_BRITONS)).toBe(0);
      await activate({ documentsSha384: first?.documents ?? "" });
      expect(await wrongCells(shipped)).toBe(0);
    } finally {
      await second.close();
    }
  });
});

describe("I7 a policy with other row rules", () => {
  const start = async (policies: string | null): Promise<House> =>
    openHouse({ ...house.house.config, policies }, { replica: `api-${policies?.length ?? 0}` });
  const installed = async (): Promise<string> =>
    (
      await house.admin.query<{ text: string }>(
        "select pg_get_expr(polqual, polrelid) as text from pg_policy where polname = 'label_read'",
      )
    ).rows[0]?.text ?? "";

  /** The row security of labels under the shipped policy. */
  let before = "";

  test("I7 waits for the next start, which installs its row security with it; until then nothing changes", async () => {
    const first = await active();
    before = await installed();
    await activate({ documents: OWN_LABELS });
    expect(await active()).toEqual(first);
    expect(await installed()).toBe(before);
    await expect(proposed({ documents: OWN_LABELS })).rejects.toMatchObject({ code: "ALREADY_DONE" });

    // A server that is told to run what is in force goes on with it.
    const old = await start(null);
    expect(old.office.policyId).toBe(first?.id);
    await old.close();
    expect(await installed()).toBe(before);

    const from = await logSize(house);
    const next = await start(folderOf(OWN_LABELS));
    expect((await active())?.documents).toBe(documentsText(OWN_LABELS).sha384);
    expect(next.office.policyId).toBe((await active())?.id);
    await next.close();
    expect(await installed()).not.toBe(before);
    expect(await installed()).toContain("author_id");
    const made = (await entries(house, from)).filter(({ kind }) => kind === "policy.activation");
    expect(made.map(({ sections }) => sections["outcome"])).toEqual([
      expect.objectContaining({ documents: documentsText(OWN_LABELS).sha384, step: "in force" }),
    ]);
    expect(await wrongCells(OWN_LABELS)).toBe(0);
    expect(await seen("ben")).toBe(1);
  });

  test("I9 a server that is told to run another one than the activated one does not start", async () => {
    await expect(start(null)).rejects.toThrow("is active");
    await expect(start(folderOf(NO_BRITONS))).rejects.toThrow("is active");
    await (await start("activated")).close();
  });

  test("I7 is taken back in the same way, and its row security goes with it", async () => {
    await activate({ documentsSha384: documentsText(shipped).sha384 });
    await expect(start(folderOf(NO_BRITONS))).rejects.toThrow("is active");
    await (await start("activated")).close();
    expect((await active())?.documents).toBe(documentsText(shipped).sha384);
    expect(await installed()).toBe(before);
    expect(await seen("charlotte")).toBe(1);
  });

  test("I9 nothing is decided while the row security of another policy stands in the database", async () => {
    const first = await active();
    await activate({ documents: NO_BRITONS });
    await house.admin.query("insert into access.row_security (installed, sha384) values (1000, 'other')");
    await expect(seen("ben")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await house.admin.query("delete from access.row_security where sha384 = 'other'");
    expect(await seen("ben")).toBe(1);
    await activate({ documentsSha384: first?.documents ?? "" });
  });
});
