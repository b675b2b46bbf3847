import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markingLower } from "../../src/administration/markings.ts";
import { authorityGrant } from "../../src/administration/person-grants.ts";
import { propose } from "../../src/administration/proposals.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { createList } from "../../src/datasets/list-commands.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { S, S_FVEY, TS, U, draw, latest, makeAsset, makeDataset, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, agree, both } from "./acts.ts";
import { appoint, appointOfficers, askLower, askWiden, bannerOf, bytesOf, stateOf } from "./officers.ts";

let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  await appointOfficers(house);
});
afterAll(async () => {
  await house.remove();
});

async function as<O>(handle: string, look: (operation: Operation) => Promise<O>): Promise<O> {
  return house.run(await house.as(handle), look);
}

const assetAt = (marking: string, datasetId = world.datasetId): Promise<string> =>
  as("sam", (operation) => makeAsset(house, operation, { datasetId, marking }));
const datasetAt = (marking: string, name: string): Promise<string> =>
  as("sam", (operation) =>
    makeDataset(operation, { programId: house.programId, versionId: world.versionId, name, marking }),
  );
const asset = (id: string, marking: string) => ({ noun: "asset", id, marking }) as const;

describe("I7 a marking is lowered by two people", () => {
  test("I7 I3 I4 a lower person sees it, and its bytes, only when it was approved, and every step is recorded", async () => {
    const from = await logSize(house);
    const id = await assetAt(TS);
    const stored = await house.admin.query("select address from data.blob where asset_id = $1", [id]);
    const row = await askLower(house, asset(id, S));
    expect([await stateOf(house, row), await bannerOf(house, "asset", id)]).toEqual(["OPEN", TS]);
    expect(await bytesOf(house, "ben", id)).toBe(-1);
    await agree(house, "victor", row);
    expect([await stateOf(house, row), await bannerOf(house, "asset", id)]).toEqual(["EXECUTED", S]);
    const bytes = await bytesOf(house, "ana", id);
    expect(bytes).toBeGreaterThan(0);
    expect(await bytesOf(house, "ben", id)).toBe(bytes);
    expect(await bytesOf(house, "charlotte", id)).toBe(-1);
    // The keys were wrapped anew; no byte was written again.
    const after = await house.admin.query("select address from data.blob where asset_id = $1", [id]);
    expect(after.rows).toEqual(stored.rows);
    const steps = (await entries(house, from)).filter(({ kind }) => kind.startsWith("proposal."));
    expect(steps.map(({ kind, sections }) => [kind, sections["outcome"]])).toEqual([
      [
        "proposal.request",
        {
          proposal: row.id,
          kind: "marking.lower",
          requester: house.personId("sam"),
          sha384: row.contentSha384,
          content: row.content,
        },
      ],
      [
        "proposal.approval",
        { proposal: row.id, kind: "marking.lower", approver: house.personId("victor"), sha384: row.contentSha384 },
      ],
    ]);
    expect(JSON.parse(row.content)).toMatchObject({
      act: { noun: "asset", id, fromBanner: TS, toBanner: S, added: [], reason: "less sensitive than was thought" },
      requester: house.personId("sam"),
      subject: id,
    });
  });

  test("I3 of a label: what it says follows, and later revisions start there", async () => {
    const labelId = await as("ana", (operation) => draw(operation, world.assetId, TS));
    const row = await askLower(house, { noun: "label", id: labelId, marking: S });
    await expect(as("ben", (operation) => latest(operation, labelId))).rejects.toThrow("no visible revision");
    await agree(house, "victor", row);
    const { id } = await as("ben", (operation) => latest(operation, labelId));
    expect([await bannerOf(house, "label", labelId), await bannerOf(house, "label_revision", id)]).toEqual([S, S]);
  });

  test("I3 of a dataset: its name and existence alone, what it holds stays where it is", async () => {
    const datasetId = await datasetAt(S, "Falling");
    const held = await assetAt(S, datasetId);
    expect(await as("charlotte", (o) => o.nested((grant) => grant.read.byId("dataset", datasetId)))).toBeNull();
    await agree(house, "wanda", await askWiden(house, { noun: "dataset", id: datasetId, marking: S_FVEY }));
    await agree(house, "victor", await askLower(house, { noun: "dataset", id: datasetId, marking: U }));
    expect(await bannerOf(house, "dataset", datasetId)).toBe(U);
    expect([await bannerOf(house, "asset", held), await bannerOf(house, "asset", held, "dataset_marking_id")]).toEqual([
      S,
      U,
    ]);
    expect(await as("charlotte", (o) => o.nested((grant) => grant.read.byId("dataset", datasetId)))).not.toBeNull();
    expect(await bytesOf(house, "charlotte", held)).toBe(-1);
    expect(await bytesOf(house, "ben", held)).toBeGreaterThan(0);
  });

  test("I3 I2 a name that is taken below refuses it, to whoever sees that name", async () => {
    await datasetAt(U, "Both");
    const datasetId = await datasetAt(S_FVEY, "Both");
    const row = await askLower(house, { noun: "dataset", id: datasetId, marking: U });
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "NAME_TAKEN" });
    expect([await stateOf(house, row), await bannerOf(house, "dataset", datasetId)]).toEqual(["OPEN", S_FVEY]);
  });

  test("I3 and never below what it is made of, sideways, or both in one act", async () => {
    const datasetId = await datasetAt(S, "Floor");
    const id = await assetAt(TS, datasetId);
    const code = (marking: string): Promise<string> =>
      askLower(house, asset(id, marking)).then(
        () => "asked",
        (error: { code: string }) => error.code,
      );
    expect(await code("CONFIDENTIAL//NOFORN")).toBe("MARKING_TOO_LOW");
    expect(await code(TS)).toBe("INVALID_MARKING");
    expect(await code("TOP SECRET//SI/TK//NOFORN")).toBe("INVALID_MARKING");
    const free = await assetAt(TS);
    await expect(askLower(house, asset(free, S_FVEY))).rejects.toMatchObject({ code: "INVALID_MARKING" });
    await expect(askWiden(house, asset(free, S_FVEY))).rejects.toMatchObject({ code: "INVALID_MARKING" });
    await expect(askWiden(house, asset(free, S))).rejects.toMatchObject({ code: "INVALID_MARKING" });
    await expect(askLower(house, { noun: "asset", id: "nothing", marking: S })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("I7 who lowers and widens (standards B.4)", () => {
  test("I7 nobody approves his own, and other roles neither ask nor approve", async () => {
    await appoint(house, "petra", "downgrade", ["USA"]);
    const id = await assetAt(TS);
    const row = await askLower(house, asset(id, S), "petra");
    await expect(agree(house, "petra", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const handle of ["ana", "rita", "sofia", "otto"])
      await expect(agree(house, handle, row)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(agree(house, "sam", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const handle of ["ana", "rita", "ben", "sofia"])
      await expect(askLower(house, asset(id, S), handle)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const input = { ...asset(id, "CONFIDENTIAL//NOFORN"), reason: "unseen" };
    const low = house.run(await house.as("sam", "S"), (operation) => operation.mutate(propose(markingLower), input));
    await expect(low).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await bannerOf(house, "asset", id)).toBe(TS);
    await agree(house, "victor", row);
    expect(await bannerOf(house, "asset", id)).toBe(S);
  });

  test("I7 an approver who does not dominate the old marking finds no proposal", async () => {
    await appoint(house, "ben", "downgrade", ["USA"]);
    const row = await askLower(house, asset(await assetAt(TS), S));
    await expect(agree(house, "ben", row)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await stateOf(house, row, "ben")).toBe("none");
    expect(await stateOf(house, row, "victor")).toBe("OPEN");
  });

  test("I7 another hash than that of the content approves nothing", async () => {
    const [row, other] = [
      await askLower(house, asset(await assetAt(TS), S)),
      await askLower(house, asset(await assetAt(TS), S)),
    ];
    for (const wrong of ["", "0".repeat(96), row.contentSha384.toUpperCase(), other.contentSha384])
      await expect(agree(house, "victor", row, wrong)).rejects.toMatchObject({ code: "STALE" });
    expect(await stateOf(house, row)).toBe("OPEN");
  });

  test("I7 lowering takes the role and the authority over each owner; that over another owner is none", async () => {
    const row = await askLower(house, asset(await assetAt(TS), S));
    const personId = house.personId("wanda");
    // The authority without the role, then the role with another owner's authority.
    await both(house, authorityGrant, { personId, authority: "downgrade", scope: "USA" });
    await expect(agree(house, "wanda", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await appoint(house, "rita", "downgrade", ["GBR", "CAN"]);
    await expect(agree(house, "rita", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await both(house, authorityGrant, { personId: house.personId("rita"), authority: "downgrade", scope: "USA" });
    await agree(house, "rita", row);
    expect(await stateOf(house, row)).toBe("EXECUTED");
  });

  test("I7 widening takes the authority for every country that is added", async () => {
    const id = await assetAt(S);
    const row = await askWiden(house, asset(id, S_FVEY));
    expect(JSON.parse(row.content)).toMatchObject({ act: { added: ["AUS", "CAN", "GBR", "NZL"] } });
    await appoint(house, "ana", "disclosure", ["AUS", "CAN", "NZL"]);
    for (const handle of ["ana", "victor"])
      await expect(agree(house, handle, row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(await bytesOf(house, "charlotte", id)).toBe(-1);
    await agree(house, "wanda", row);
    expect(await bannerOf(house, "asset", id)).toBe(S_FVEY);
    expect(await bytesOf(house, "charlotte", id)).toBeGreaterThan(0);
    // To countries that are in it already nothing more is released.
    const some = await assetAt("SECRET//REL TO USA, GBR");
    const rest = await askWiden(house, asset(some, "SECRET//REL TO USA, AUS, GBR"));
    expect(JSON.parse(rest.content)).toMatchObject({ act: { added: ["AUS"] } });
    await agree(house, "ana", rest);
  });

  test("I7 a caveat that goes while no country comes takes the authority for the USA", async () => {
    const narrower = await assetAt("CONFIDENTIAL//DISPLAY ONLY GBR");
    await expect(askWiden(house, asset(narrower, "CONFIDENTIAL"))).rejects.toMatchObject({ code: "INVALID_MARKING" });
    const id = await assetAt(S);
    const row = await askWiden(house, asset(id, "SECRET"));
    expect(JSON.parse(row.content)).toMatchObject({ act: { added: [] } });
    await expect(agree(house, "wanda", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await both(house, authorityGrant, { personId: house.personId("wanda"), authority: "disclosure", scope: "USA" });
    await agree(house, "wanda", row);
    expect(await bannerOf(house, "asset", id)).toBe("SECRET");
  });
});

describe("I7 what others own takes their consent, which is not recorded here", () => {
  test.each([
    ["FGI", "SECRET//FGI GBR//REL TO USA, GBR", "CONFIDENTIAL//FGI GBR//REL TO USA, GBR", []],
    ["another's own", "//GBR SECRET//REL TO USA, FVEY", "//GBR CONFIDENTIAL//REL TO USA, FVEY", []],
    ["JOINT", "//JOINT SECRET GBR USA//REL TO USA, GBR", "//JOINT CONFIDENTIAL GBR USA//REL TO USA, GBR", []],
    ["NATO", "SECRET//FGI NATO//NOFORN", "CONFIDENTIAL//FGI NATO//NOFORN", ["NATO-S"]],
    ["RD", "SECRET//RD//NOFORN", "CONFIDENTIAL//NOFORN", ["Q"]],
    ["FRD", "SECRET//FRD//NOFORN", "CONFIDENTIAL//NOFORN", ["Q"]],
    ["ORCON", "SECRET//ORCON/NOFORN", "CONFIDENTIAL//NOFORN", []],
    ["PROPIN", "SECRET//NOFORN/PROPIN", "SECRET//NOFORN", []],
  ])("I7 %s is lowered by nobody", async (kind, marking, lower, tokens) => {
    for (const token of tokens)
      await house.admin.query(
        "insert into access.read_on (person_id, token, source) values ($1, $2, 'test') on conflict do nothing",
        [house.personId("sam"), token],
      );
    const list = { ORCON: "OC", PROPIN: "PR" }[kind];
    const readers = list
      ? { allOf: [(await act(house, "sam", createList, { kind: list, agencies: ["NGA"], persons: [] })).id], anyOf: [] }
      : null;
    const { datasetId } = world;
    const { id } = await act(house, "sam", createAsset, {
      datasetId,
      title: kind,
      mediaType: "image/png",
      marking,
      readers,
    });
    await expect(askLower(house, asset(id, lower))).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
    await expect(askWiden(house, asset(id, lower))).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
  });
});
