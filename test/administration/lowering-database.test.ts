import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeCanonical } from "../../audit/index.ts";
import { authorityGrant } from "../../src/administration/person-grants.ts";
import { revokeReadOn } from "../../src/administration/revocations.ts";
import { S, S_FVEY, TS, U, draw, makeAsset, makeDataset, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, both } from "./acts.ts";
import { AppSql, approvalRow } from "./app-sql.ts";
import type { Statement } from "./app-sql.ts";
import { appoint, appointOfficers, bannerOf } from "./officers.ts";

let house: TestHouse;
let world: SmallWorld;
let sql: AppSql;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  await appointOfficers(house);
  sql = await AppSql.open(house);
});
afterAll(async () => {
  await sql.close();
  await house.remove();
});

/** The id of a marking, which the server has interned for whatever reason. */
async function idOf(text: string, lists: readonly string[] = []): Promise<string> {
  const read = house.house.office.read(text);
  if (!read) throw new Error(text);
  const effective = lists.length > 0 ? { ...read.effective, lists } : read.effective;
  return (await house.house.office.intern(read.structure, effective)).id;
}

/** A new label, which has no bytes, at a marking that was given to it by SQL as the owner. */
async function labelAt(marking: string): Promise<string> {
  const id = await house.run(await house.as("ana"), (operation) => draw(operation, world.assetId));
  await house.admin.query("update data.label_revision set marking_id = $2 where label_id = $1", [id, marking]);
  await house.admin.query("update data.label set marking_id = $2 where id = $1", [id, marking]);
  return id;
}

interface Forged {
  readonly noun?: string;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly kind?: "marking.lower" | "marking.widen";
  /** What the row says of itself, where that is not what it is about. */
  readonly says?: { readonly marking?: string; readonly program?: string; readonly subject?: string };
}

/** Proposes by SQL as sam whatever is said, with the state that PostgreSQL asks for; the proposal's id. */
async function forge({ noun = "label", id, from, to, kind = "marking.lower", says = {} }: Forged): Promise<string> {
  const act_ = { noun, id, from, to, added: [], reason: "forged" };
  const found = await house.admin.query<{ state: string | null }>("select access.proposal_state($1, $2) as state", [
    kind,
    JSON.stringify(act_),
  ]);
  const [proposalId, entryId] = [randomUUID(), randomUUID()];
  const requestedAt = new Date();
  const expiresAt = new Date(requestedAt.getTime() + 3_600_000);
  const subject = says.subject ?? id;
  const state = found.rows[0]?.state ?? "none";
  const content = encodeCanonical({
    act: act_,
    expiresAt: expiresAt.toISOString(),
    id: proposalId,
    kind,
    requester: house.personId("sam"),
    state,
    subject,
  });
  const row = {
    id: proposalId,
    kind,
    family: "marking",
    program_id: says.program ?? house.programId,
    marking_id: says.marking ?? from,
    requester_id: house.personId("sam"),
    subject_id: subject,
    content,
    content_sha384: createHash("sha384").update(content).digest("hex"),
    state_sha384: state,
    entry_id: entryId,
    requested_at: requestedAt,
    expires_at: expiresAt,
  };
  const insert: Statement = [
    "insert into data.proposal select * from jsonb_populate_record(null::data.proposal, $1)",
    JSON.stringify(row),
  ];
  expect(await sql.commit("sam", sql.entry(entryId, "proposal.request"), insert)).toBe("");
  return proposalId;
}

/** Approves by SQL; SQLSTATE of the refusal. */
async function approve(proposalId: string, by = "victor"): Promise<string> {
  const entryId = randomUUID();
  const row = approvalRow(proposalId, house.personId(by), entryId);
  return sql.commit(by, sql.entry(entryId, "proposal.approval"), row);
}

/** Everybody who asks, approves, or administers these people, is read on for what this is about. */
async function readOn(...tokens: readonly string[]): Promise<void> {
  for (const handle of ["sam", "victor", "wanda", "sofia", "silas"])
    for (const token of tokens)
      await house.admin.query(
        "insert into access.read_on (person_id, token, source) values ($1, $2, 'test') on conflict do nothing",
        [house.personId(handle), token],
      );
}

describe("I7 SQL as the application role, with real tokens of two people,", () => {
  test("I7 lowers what the command lowers, so that what refuses the rest is the guard", async () => {
    const [from, to] = [await idOf(TS), await idOf(S)];
    const id = await labelAt(from);
    expect(await approve(await forge({ id, from, to }))).toBe("");
    expect(await bannerOf(house, "label", id)).toBe(S);
    const wide = await idOf(S_FVEY);
    expect(await approve(await forge({ id, from: to, to: wide, kind: "marking.widen" }), "wanda")).toBe("");
    expect(await bannerOf(house, "label", id)).toBe(S_FVEY);
  });

  test.each([
    ["RD", "SECRET//RD//NOFORN", S, [], ["Q"]],
    ["FRD", "SECRET//FRD//NOFORN", S, [], ["Q"]],
    ["TFNI", "SECRET//TFNI//NOFORN", S, [], ["Q"]],
    ["FGI", "SECRET//FGI GBR//NOFORN", S, [], []],
    ["FGI that stays so", "SECRET//FGI GBR//NOFORN", "CONFIDENTIAL//FGI GBR//NOFORN", [], []],
    ["RD that stays so", "SECRET//RD//NOFORN", "CONFIDENTIAL//RD//NOFORN", [], ["Q"]],
    ["another's own", "//GBR SECRET//REL TO USA, FVEY", "//GBR CONFIDENTIAL//REL TO USA, FVEY", [], []],
    ["JOINT", "//JOINT SECRET GBR USA//REL TO USA, GBR", "//JOINT CONFIDENTIAL GBR USA//REL TO USA, GBR", [], []],
    ["NATO", "SECRET//FGI NATO//NOFORN", S, [], ["NATO-S"]],
    ["ORCON-USGOV", "SECRET//ORCON-USGOV/NOFORN", "CONFIDENTIAL//ORCON-USGOV/NOFORN", [], []],
  ])("I7 lowers no %s", async (_, high, low, lists, tokens) => {
    await readOn(...tokens);
    const [from, to] = [await idOf(high, lists), await idOf(low)];
    const id = await labelAt(from);
    for (const kind of ["marking.lower", "marking.widen"] as const) {
      const proposalId = await forge({ id, from, to, kind });
      expect([kind, await approve(proposalId, kind === "marking.lower" ? "victor" : "wanda")]).toEqual([kind, "CV000"]);
    }
    expect(await bannerOf(house, "label", id)).toBe(high);
  });

  test.each([
    ["OC", "SECRET//ORCON/NOFORN"],
    ["PR", "SECRET//NOFORN/PROPIN"],
    ["XD", "SECRET//NOFORN//EXDIS"],
    ["NTK", "SECRET//NOFORN"],
  ])("I7 lowers nothing that names its readers, with its list or without (%s)", async (kind, high) => {
    const list = randomUUID();
    await house.admin.query(
      "insert into data.distribution_list select * from jsonb_populate_record(null::data.distribution_list, $1)",
      [
        JSON.stringify({
          id: list,
          kind,
          maker_id: house.personId("sam"),
          agencies: ["NGA"],
          persons: [],
          made_at: new Date(),
        }),
      ],
    );
    const lists = [`${kind}:${list}`];
    const from = await idOf(high, lists);
    const id = await labelAt(from);
    for (const to of [await idOf(S), await idOf("CONFIDENTIAL//NOFORN", lists)])
      expect(await approve(await forge({ id, from, to }))).toBe("CV000");
  });

  test("I7 lowers nothing with the authority over another owner, or without the role", async () => {
    const [from, to] = [await idOf(TS), await idOf(S)];
    const id = await labelAt(from);
    await appoint(house, "rita", "downgrade", ["GBR"]);
    await both(house, authorityGrant, { personId: house.personId("wanda"), authority: "downgrade", scope: "USA" });
    for (const by of ["rita", "wanda"]) expect(await approve(await forge({ id, from, to }), by)).toBe("CV000");
    expect(await approve(await forge({ id, from, to }), "sam")).toBe("42501");
    expect(await bannerOf(house, "label", id)).toBe(TS);
  });

  test("I7 releases nothing as a lowering, and lowers nothing as a release", async () => {
    const [high, fvey, low] = [await idOf(TS), await idOf("TOP SECRET//TK//REL TO USA, FVEY"), await idOf(S)];
    const id = await labelAt(high);
    for (const [to, kind, by] of [
      [fvey, "marking.lower", "victor"],
      [await idOf(S_FVEY), "marking.lower", "victor"],
      [await idOf("TOP SECRET//TK"), "marking.lower", "victor"],
      [low, "marking.widen", "wanda"],
      [await idOf(S_FVEY), "marking.widen", "wanda"],
      // Without a country, only whoever may release for the USA.
      [await idOf("TOP SECRET//TK"), "marking.widen", "wanda"],
      // Upwards or nowhere is no act of theirs.
      [high, "marking.lower", "victor"],
      [await idOf("TOP SECRET//SI/TK//NOFORN"), "marking.lower", "victor"],
    ] as const)
      expect([kind, await approve(await forge({ id, from: high, to, kind }), by)]).toEqual([kind, "CV000"]);
    expect(await bannerOf(house, "label", id)).toBe(TS);
  });

  test("I7 releases to no country for which the approver holds no authority", async () => {
    const [from, to] = [await idOf(S), await idOf(S_FVEY)];
    const id = await labelAt(from);
    await appoint(house, "ana", "disclosure", ["AUS", "CAN", "NZL"]);
    expect(await approve(await forge({ id, from, to, kind: "marking.widen" }), "ana")).toBe("CV000");
    const some = await idOf("SECRET//REL TO USA, AUS, CAN");
    expect(await approve(await forge({ id, from, to: some, kind: "marking.widen" }), "ana")).toBe("");
  });

  test("I7 executes nothing that stands at another marking, program or object than it is about", async () => {
    const [from, to] = [await idOf(TS), await idOf(S)];
    const id = await labelAt(from);
    for (const says of [{ marking: to }, { marking: await idOf(U) }, { subject: world.labelId }])
      expect(await approve(await forge({ id, from, to, says }))).toBe("CV000");
    const other = await house.admin.query<{ id: string }>(
      "insert into data.program (id, marking_id, name) select gen_random_uuid(), marking_id, 'OTHER' from data.program where id = $1 returning id",
      [house.programId],
    );
    const program = other.rows[0]?.id ?? "";
    for (const handle of ["sam", "victor"])
      await house.admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", [
        house.personId(handle),
        program,
      ]);
    expect(await approve(await forge({ id, from, to, says: { program } }))).toBe("CV000");
    expect(await bannerOf(house, "label", id)).toBe(TS);
  });

  test("I7 lowers nothing below what stands above it or what it is made of", async () => {
    const datasetId = await house.run(await house.as("sam"), (operation) =>
      makeDataset(operation, { programId: house.programId, versionId: world.versionId, name: "Guard", marking: S }),
    );
    const assetId = await house.run(await house.as("sam"), (operation) =>
      makeAsset(house, operation, { datasetId, marking: TS }),
    );
    const [from, to] = [await idOf(TS), await idOf("CONFIDENTIAL//NOFORN")];
    expect(await approve(await forge({ noun: "asset", id: assetId, from, to }))).toBe("CV001");
    const id = await labelAt(from);
    const ontology =
      "update data.ontology_class set marking_id = $2 where id = (select class_id from data.label_revision where label_id = $1)";
    await house.admin.query(ontology, [id, await idOf(S)]);
    expect(await approve(await forge({ id, from, to }))).toBe("CV001");
    await house.admin.query(ontology, [id, await idOf(U)]);
    expect(await approve(await forge({ id, from, to }))).toBe("");
  });

  test("I7 lowers nothing for a requester who is not read on for it any more", async () => {
    const [from, to] = [await idOf(TS), await idOf(S)];
    const id = await labelAt(from);
    const proposalId = await forge({ id, from, to });
    await act(house, "sofia", revokeReadOn, { personId: house.personId("sam"), token: "TK" });
    expect(await approve(proposalId)).toBe("CV001");
    await readOn("TK");
    await house.admin.query("delete from access.membership where person_id = $1 and program_id = $2", [
      house.personId("sam"),
      house.programId,
    ]);
    expect(await approve(proposalId)).toBe("CV001");
    await house.admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", [
      house.personId("sam"),
      house.programId,
    ]);
    expect(await approve(proposalId)).toBe("");
  });

  test("I3 I7 raises nothing of a program that its token is not read into", async () => {
    const [from, to] = [await idOf(U), await idOf(S)];
    const entryId = randomUUID();
    const raise = (program: string): Statement => [
      "insert into data.marking_change select gen_random_uuid(), 'label', $1, $2, $3, $4, $5, 'forged', $6, now()",
      world.labelId,
      program,
      from,
      to,
      house.personId("sam"),
      entryId,
    ];
    const mine = await house.admin.query<{ id: string }>("select id from data.program where name = 'OTHER'");
    await house.admin.query("delete from access.membership where person_id = $1 and program_id = $2", [
      house.personId("sam"),
      house.programId,
    ]);
    const entry = sql.entry(entryId, "marking.change");
    expect(await sql.commit("sam", entry, raise(house.programId))).toBe("42501");
    expect(await sql.commit("sam", entry, raise(mine.rows[0]?.id ?? ""))).toBe("CV000");
    expect(await bannerOf(house, "label", world.labelId)).toBe(U);
  });

  test.each([
    "select access.apply_marking('label', gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
    "select access.execute_marking_lower(gen_random_uuid(), '{}')",
    "select access.execute_marking_widen(gen_random_uuid(), '{}')",
    "select access.require_marking_act(gen_random_uuid(), '{}', 'downgrade-authority')",
    "select * from access.marked_object('label', gen_random_uuid())",
    "select access.needs_consent(gen_random_uuid())",
    "select access.object_state('{}')",
    "select access.holds_authority('downgrade', 'USA')",
    "select access.raises_from_here(gen_random_uuid(), '{}')",
    "select * from access.authority",
    "update data.label set marking_id = marking_id",
  ])("I7 may not: %s", async (statement) => {
    expect(await sql.commit("victor", [statement])).toBe("42501");
  });
});
