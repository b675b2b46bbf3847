import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS, actionBit } from "../../src/policy/actions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { MarkingOffice } from "../../src/policy/marking-office.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { profiles as namedProfiles, markingTexts } from "../policy/table-world.ts";
import type { Effective } from "../../src/markings/index.ts";

let house: TestHouse;
/** An office of another policy row with the same rules: its matrix is empty. */
let office: MarkingOffice;

beforeAll(async () => {
  house = await openTestHouse();
  const { store, office: first } = house.house;
  const { rows } = await house.admin.query<{ id: string }>(
    `with d as (insert into access.policy_documents (sha384, content, version, register_version)
       values (encode(sha384('{}'), 'hex'), '{}', 'second', $1) returning *)
     insert into access.policy (version, register_version, documents_sha384)
     select version, register_version, sha384 from d returning id`,
    [first.register.version],
  );
  office = new MarkingOffice(store, first.register, first.policy, rows[0]?.id ?? "");
});
afterAll(async () => {
  await house.remove();
});

interface Cell {
  readonly profile: unknown;
  readonly effective: Effective;
  readonly actions: string | null;
}

/** Every pair of a profile and a marking with its cell, where there is one. */
async function cells(policyId: string): Promise<Cell[]> {
  const { rows } = await house.admin.query<Cell>(
    `select p.profile, m.effective, pm.actions::text as actions
     from access.profile p cross join access.marking m
     left join access.profile_marking pm on pm.profile_id = p.id and pm.marking_id = m.id and pm.policy_id = $1`,
    [policyId],
  );
  return rows;
}

function expected({ profile, effective }: Cell): string {
  const reader = parseProfile(profile);
  const allowed = ACTIONS.filter((action) => decidePair(office.policy, reader, effective, action).allow);
  return allowed.reduce((bits, action) => bits | (1n << BigInt(actionBit(action))), 0n).toString();
}

describe("I1 the matrix in the database", () => {
  test("has a cell for every pair, each what the decision says, whichever of the two came first", async () => {
    const { office: first } = house.house;
    const texts = [...markingTexts.values()];
    const interned = async (from: number, to: number): Promise<void> => {
      await Promise.all(
        texts.slice(from, to).map(async (text) => {
          const read = first.read(text);
          if (read) await first.intern(read.structure, read.effective);
        }),
      );
    };
    const all = [...namedProfiles.values()];
    await interned(0, 8);
    // At once, so that a new profile and a new marking meet.
    await Promise.all([interned(8, 20), ...all.slice(0, 12).map((profile) => first.profileId(profile))]);
    const found = await cells(first.policyId);
    expect(found.length).toBeGreaterThan(200);
    expect(found.filter((cell) => cell.actions !== expected(cell))).toEqual([]);
  });

  test("is filled whole for another policy, and what is there is not written again", async () => {
    const [some] = [...namedProfiles.values()];
    if (!some) throw new Error("no profile");
    await office.profileId(some);
    // Two holes in a row that is begun.
    await house.admin.query(
      "delete from access.profile_marking where ctid in (select ctid from access.profile_marking where policy_id = $1 limit 2)",
      [office.policyId],
    );
    const before = (await cells(office.policyId)).filter(({ actions }) => actions !== null).length;
    const written = await office.fillMatrix();
    const found = await cells(office.policyId);
    expect(found.filter((cell) => cell.actions !== expected(cell))).toEqual([]);
    expect(before).toBeGreaterThan(0);
    expect(written).toBe(found.length - before);
    expect(await office.fillMatrix()).toBe(0);
  });

  test("I9 gives a stored profile that cannot be read no right, and nobody else suffers from it", async () => {
    await house.admin.query(
      `insert into access.profile (digest, profile) values ('\\x00', '{"clearance":"TS","role":["steward"]}')`,
    );
    const read = office.read("UNCLASSIFIED//REL TO USA, NZL");
    if (!read) throw new Error("no marking");
    const marking = await office.intern(read.structure, read.effective);
    const { rows } = await house.admin.query<{ actions: string; broken: boolean }>(
      `select pm.actions::text as actions, p.digest = '\\x00' as broken
       from access.profile_marking pm join access.profile p on p.id = pm.profile_id where pm.marking_id = $1`,
      [marking.id],
    );
    expect(rows.filter(({ broken }) => broken).map(({ actions }) => actions)).toEqual(["0"]);
    expect(rows.filter(({ actions }) => actions !== "0").length).toBeGreaterThan(5);
  });

  test.each(["policy_id", "profile_id", "marking_id"])("takes no cell whose %s names nothing", async (column) => {
    const [p, q, m] = ["policy_id", "profile_id", "marking_id"].map((name) =>
      name === column ? "gen_random_uuid()" : name,
    );
    const insert = `insert into access.profile_marking select ${p}, ${q}, ${m}, 0 from access.profile_marking limit 1`;
    await expect(house.admin.query(insert)).rejects.toMatchObject({ code: "23503" });
  });
});
