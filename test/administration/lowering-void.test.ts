import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import {
  authorityGrant,
  clearanceGrant,
  membershipGrant,
  personRestore,
  readOnGrant,
  roleGrant,
} from "../../src/administration/person-grants.ts";
import { withdrawProposal } from "../../src/administration/proposals.ts";
import {
  revokeAuthority,
  revokeClearance,
  revokeMembership,
  revokeReadOn,
  revokeRole,
  suspendPerson,
} from "../../src/administration/revocations.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { reviseLabel } from "../../src/labeling/commands.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { BOX, S, S_FVEY, TS, U, draw, latest, makeAsset, makeDataset, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { tinyPng } from "../access/png.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, agree, both } from "./acts.ts";
import { appointOfficers, askLower, askWiden, bannerOf, stateOf } from "./officers.ts";

const TS_FVEY = "TOP SECRET//REL TO USA, FVEY";

let house: TestHouse;
let world: SmallWorld;
let offset = 0;

beforeAll(async () => {
  house = await openTestHouse({ clock: () => new Date(Date.now() + offset) });
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
const asset = (id: string, marking: string) => ({ noun: "asset", id, marking }) as const;
const raise = (noun: "dataset" | "asset" | "label", id: string, marking: string): Promise<unknown> =>
  act(house, "sam", raiseMarking, { noun, id, marking, reason: "it shows more than was thought" });

describe("I7 a proposal to lower is void", () => {
  test("I7 after the object was raised, and stays void when it comes back", async () => {
    const id = await assetAt(S);
    const row = await askLower(house, asset(id, "CONFIDENTIAL//NOFORN"));
    await raise("asset", id, TS);
    expect(await stateOf(house, row)).toBe("VOID");
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "STALE" });
    expect(await bannerOf(house, "asset", id)).toBe(TS);
    await agree(house, "victor", await askLower(house, asset(id, S)));
    expect([await bannerOf(house, "asset", id), await stateOf(house, row)]).toEqual([S, "VOID"]);
    await agree(house, "victor", await askLower(house, asset(id, "CONFIDENTIAL//NOFORN")));
  });

  test("I7 after what stands above it was raised", async () => {
    const datasetId = await as("sam", (operation) =>
      makeDataset(operation, { programId: house.programId, versionId: world.versionId, name: "Above" }),
    );
    const id = await assetAt(TS, datasetId);
    const row = await askLower(house, asset(id, S));
    await raise("dataset", datasetId, "TOP SECRET//NOFORN");
    expect([await stateOf(house, row), await bannerOf(house, "asset", id)]).toEqual(["VOID", TS]);
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "STALE" });
    await expect(askLower(house, asset(id, S))).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    await agree(house, "wanda", await askWiden(house, { noun: "dataset", id: datasetId, marking: TS_FVEY }));
    await agree(house, "victor", await askLower(house, { noun: "dataset", id: datasetId, marking: U }));
    expect(await stateOf(house, row)).toBe("VOID");
  });

  test("I7 after its bytes came", async () => {
    const { id } = await act(house, "sam", createAsset, {
      datasetId: world.datasetId,
      title: "empty",
      mediaType: "image/png",
      marking: TS,
    });
    const row = await askLower(house, asset(id, S));
    const body = (async function* () {
      yield tinyPng(64, "");
    })();
    await act(house, "sam", receiveContent, { assetId: id, body, workFolder: house.house.workFolder });
    expect(await stateOf(house, row)).toBe("VOID");
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "STALE" });
    await agree(house, "victor", await askLower(house, asset(id, S)));
    expect(await bannerOf(house, "asset", id)).toBe(S);
  });

  test("I7 after a label was revised", async () => {
    const labelId = await as("ana", (operation) => draw(operation, world.assetId, TS));
    const row = await askLower(house, { noun: "label", id: labelId, marking: S });
    await as("ana", async (operation) => {
      const { id: baseRevisionId } = await latest(operation, labelId);
      const change = { classKey: "ship", shape: { ...BOX, x: 6 }, attributes: {}, marking: null };
      await operation.mutate(reviseLabel, { labelId, baseRevisionId, ...change });
    });
    expect(await stateOf(house, row)).toBe("VOID");
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "STALE" });
    await agree(house, "victor", await askLower(house, { noun: "label", id: labelId, marking: S }));
    expect(await bannerOf(house, "label", labelId)).toBe(S);
  });

  test("I7 after another was executed; of two at once one is", async () => {
    const id = await assetAt(TS);
    const rows = [await askLower(house, asset(id, S)), await askLower(house, asset(id, "TOP SECRET//NOFORN"))];
    const made = await Promise.allSettled(rows.map((row) => agree(house, "victor", row)));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(made.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "STALE" } });
    expect([await stateOf(house, rows[0] as never), await stateOf(house, rows[1] as never)].toSorted()).toEqual([
      "EXECUTED",
      "VOID",
    ]);
  });

  test("I7 when a day has passed, or when it was withdrawn", async () => {
    const id = await assetAt(TS);
    const late = await askLower(house, asset(id, S));
    offset = 24 * 3_600_000 + 1;
    try {
      expect(await stateOf(house, late)).toBe("EXPIRED");
      await expect(agree(house, "victor", late)).rejects.toMatchObject({ code: "EXPIRED" });
    } finally {
      offset = 0;
    }
    const gone = await askLower(house, asset(id, S));
    await act(house, "sam", withdrawProposal("marking.lower"), { proposalId: gone.id });
    await expect(agree(house, "victor", gone)).rejects.toMatchObject({ code: "WITHDRAWN" });
    expect(await bannerOf(house, "asset", id)).toBe(TS);
  });
});

describe("I7 what was taken away meanwhile counts at once", () => {
  test("I7 the approver's authority, or his role", async () => {
    const victor = house.personId("victor");
    const row = await askLower(house, asset(await assetAt(TS), S));
    await act(house, "sofia", revokeAuthority, { personId: victor, authority: "downgrade", scope: "USA" });
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await both(house, authorityGrant, { personId: victor, authority: "downgrade", scope: "USA" });
    await act(house, "sofia", revokeRole, { personId: victor, role: "downgrade-authority" });
    await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await both(house, roleGrant, { personId: victor, role: "downgrade-authority" });
    const wanda = house.personId("wanda");
    const wide = await askWiden(house, asset(await assetAt(S), S_FVEY));
    await act(house, "sofia", revokeAuthority, { personId: wanda, authority: "disclosure", scope: "NZL" });
    await expect(agree(house, "wanda", wide)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await both(house, authorityGrant, { personId: wanda, authority: "disclosure", scope: "NZL" });
    await agree(house, "victor", row);
    await agree(house, "wanda", wide);
  });

  test("I7 the requester's role, membership, read-on, clearance or standing", async () => {
    const personId = house.personId("sam");
    const { programId } = house;
    const expiresAt = new Date(Date.now() + 86_400_000_000).toISOString();
    const losses: readonly (readonly [lose: () => Promise<unknown>, regain: () => Promise<unknown>])[] = [
      [
        () => act(house, "sofia", revokeRole, { personId, role: "steward" }),
        () => both(house, roleGrant, { personId, role: "steward" }),
      ],
      [
        () => act(house, "sofia", revokeMembership, { personId, programId }),
        () => both(house, membershipGrant, { personId, programId }),
      ],
      [
        () => act(house, "sofia", revokeReadOn, { personId, token: "TK" }),
        () => both(house, readOnGrant, { personId, token: "TK" }),
      ],
      [
        () => act(house, "sofia", revokeClearance, { personId }),
        () => both(house, clearanceGrant, { personId, level: "TS", issuer: "USA", expiresAt }),
      ],
      [() => act(house, "sofia", suspendPerson, { personId }), () => both(house, personRestore, { personId })],
    ];
    const id = await assetAt(TS);
    const row = await askLower(house, asset(id, S));
    for (const [lose, regain] of losses) {
      await lose();
      await expect(agree(house, "victor", row)).rejects.toMatchObject({ code: "STALE" });
      expect(await bannerOf(house, "asset", id)).toBe(TS);
      await regain();
    }
    await agree(house, "victor", row);
    expect(await bannerOf(house, "asset", id)).toBe(S);
    expect(await bannerOf(house, "dataset", world.datasetId)).toBe(U);
  });
});
