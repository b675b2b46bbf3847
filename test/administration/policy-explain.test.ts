import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainDecision, explainReaders } from "../../src/administration/explain.ts";
import type { ExplainedNoun } from "../../src/administration/explain.ts";
import { explainReach } from "../../src/administration/reach.ts";
import { compareCells, compareRulesOf } from "../../src/administration/policy-compare.ts";
import { policyVersion, policyVersions } from "../../src/administration/policy-versions.ts";
import { CLIENT, PEOPLE } from "../../src/demonstration/people.ts";
import { dominates } from "../../src/markings/index.ts";
import type { Effective } from "../../src/markings/index.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import type { Action } from "../../src/policy/actions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { standingEffective } from "../../src/policy/standing.ts";
import { readRulebook } from "../../src/rulebook/documents.ts";
import { S, S_FVEY, TS, draw, makeAsset, makeDataset, request, smallWorld } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { shipped, withRule } from "../rulebook/edited-policy.ts";

let house: TestHouse;
const objects: { readonly noun: ExplainedNoun; readonly id: string }[] = [];
let topSecret = "";

beforeAll(async () => {
  house = await openTestHouse();
  const world = await smallWorld(house);
  const sam = await house.as("sam");
  await house.run(sam, async (operation) => {
    const { programId } = house;
    const secret = await makeDataset(operation, { programId, versionId: world.versionId, name: "Close", marking: S });
    topSecret = await makeAsset(house, operation, { datasetId: secret, marking: TS });
    const released = await makeAsset(house, operation, { datasetId: world.datasetId, marking: S_FVEY });
    objects.push({ noun: "dataset", id: secret }, { noun: "asset", id: topSecret }, { noun: "asset", id: released });
  });
  await house.run(await house.as("ben"), async (operation) => {
    objects.push({ noun: "label", id: await draw(operation, world.assetId, S) });
  });
  const delivery = await request(house, await house.as("petra"), world.datasetId);
  objects.push(
    { noun: "program", id: house.programId },
    { noun: "ontology", id: world.ontologyId },
    { noun: "dataset", id: world.datasetId },
    { noun: "asset", id: world.assetId },
    { noun: "label", id: world.labelId },
    { noun: "delivery", id: delivery.id },
  );
});
afterAll(async () => {
  await house.remove();
});

const question = (noun: ExplainedNoun, objectId: string, action: Action = `${noun}.read`) => ({
  noun,
  objectId,
  action,
  clientId: CLIENT.id,
});

async function why(noun: ExplainedNoun, id: string, handle: string, by = "sofia", level?: "S" | "U") {
  return house.run(await house.as(by, level), (operation) =>
    operation.query(explainDecision, { ...question(noun, id), personId: house.personId(handle) }),
  );
}

describe("an explanation", () => {
  test("I1 says of every person and object what the door then does, and why", async () => {
    const outcomes = { read: 0, refused: 0 };
    for (const { handle } of PEOPLE) {
      const reader = await house.as(handle);
      for (const { noun, id } of objects) {
        const row = await house.run(reader, (operation) => operation.nested((grant) => grant.read.byId(noun, id)));
        const made = await why(noun, id, handle);
        expect([handle, noun, id, made?.allowed]).toEqual([handle, noun, id, row !== null]);
        outcomes[row === null ? "refused" : "read"] += 1;
        for (const step of made?.steps ?? []) {
          expect(step.reasons.length).toBeGreaterThan(0);
          for (const reason of step.reasons) {
            expect(reason.kind === "nothing").toBe(/^(pair|row)\.no-allow$/.test(reason.id));
            expect(reason.sentence.length).toBeGreaterThan(10);
          }
        }
      }
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(20);
  });

  test("I1 of who may read an object names the same people, page by page", async () => {
    for (const { noun, id } of objects) {
      const found: string[] = [];
      let after: string | null = null;
      for (;;) {
        const page: {
          rows: { id: string; allowed: boolean; person: { handle: string } }[];
          hasNextPage: boolean;
        } | null = await house.run(await house.as("sofia"), (operation) =>
          operation.query(explainReaders, { ...question(noun, id), first: 3, after }),
        );
        found.push(...(page?.rows ?? []).filter(({ allowed }) => allowed).map(({ person }) => person.handle));
        after = page?.rows.at(-1)?.id ?? null;
        if (page?.hasNextPage !== true) break;
      }
      const may: string[] = [];
      for (const { handle } of PEOPLE) if ((await why(noun, id, handle))?.allowed === true) may.push(handle);
      expect(found.toSorted()).toEqual(may.toSorted());
    }
  });

  test("I1 of what a person may read agrees with the explanation of each object there", async () => {
    for (const handle of ["ana", "ben", "charlotte", "otto"]) {
      const reach = await house.run(await house.as("sofia"), (operation) =>
        operation.query(explainReach, {
          personId: house.personId(handle),
          clientId: CLIENT.id,
          first: 50,
          after: null,
        }),
      );
      const cells = (reach?.rows ?? []).flatMap((row) => row.cells.map((cell) => ({ ...cell, row })));
      for (const { noun, id } of objects.filter((one) => one.noun !== "label")) {
        const made = await why(noun, id, handle);
        const own = made?.steps.at(-1)?.marking.id;
        const dataset = noun === "dataset" ? id : null;
        const there = cells.filter(
          (cell) =>
            cell.noun === noun && cell.marking.id === own && (dataset === null || cell.row.datasetId === dataset),
        );
        expect([handle, noun, there.length > 0, there.some(({ allowed }) => allowed)]).toEqual([
          handle,
          noun,
          true,
          made?.allowed,
        ]);
      }
    }
  });

  test("I2 is given about nothing that the officer could not see: object and person are then as absent as unknown ones", async () => {
    const nowhere = "00000000-0000-4000-8000-000000000000";
    expect(await why("asset", topSecret, "ben", "sofia", "S")).toBeNull();
    expect(await why("asset", nowhere, "ben", "sofia", "S")).toBeNull();
    const low = objects.find(({ noun }) => noun === "program");
    expect(await why("program", low?.id ?? "", "ana", "sofia", "S")).toBeNull();
    expect((await why("program", low?.id ?? "", "ben", "sofia", "S"))?.allowed).toBe(true);
    const page = await house.run(await house.as("sofia", "S"), (operation) =>
      operation.query(explainReaders, { ...question("program", low?.id ?? ""), first: 50, after: null }),
    );
    const cleared = PEOPLE.filter(({ clearance }) => clearance !== "TS").map(({ handle }) => handle);
    expect(page?.rows.map(({ person }) => person.handle).toSorted()).toEqual(cleared.toSorted());
    const reach = await house.run(await house.as("sofia", "S"), (operation) =>
      operation.query(explainReach, { personId: house.personId("ben"), clientId: CLIENT.id, first: 50, after: null }),
    );
    const banners = (reach?.rows ?? []).flatMap((row) => row.cells.map(({ marking }) => marking.banner));
    expect(banners.length).toBeGreaterThan(3);
    expect(banners.filter((banner) => banner.startsWith("TOP SECRET"))).toEqual([]);
  });

  test("I2 is given to security officers alone", async () => {
    const [{ noun, id } = { noun: "program" as const, id: "" }] = objects;
    for (const handle of ["ana", "sam", "otto", "victor", "petra"]) {
      expect(await why(noun, id, "ben", handle)).toBeNull();
      const as = await house.as(handle);
      const compared = await house.run(as, (operation) =>
        operation.query(compareCells, { from: { active: true }, to: { active: true }, first: 5, after: null }),
      );
      expect(compared).toBeNull();
    }
  });

  test("I9 says of somebody who cannot sign in that he cannot", async () => {
    await house.admin.query("update access.person set suspended = true where handle = 'ben'");
    const made = await why("program", house.programId, "ben");
    await house.admin.query("update access.person set suspended = false where handle = 'ben'");
    expect(made?.allowed).toBe(false);
    expect(made?.steps[0]?.reasons.map(({ id }) => id)).toEqual(["person.cannot-sign-in"]);
    const other = await house.run(await house.as("sofia"), (operation) =>
      operation.query(explainDecision, {
        ...question("program", house.programId),
        clientId: "unknown",
        personId: house.personId("ben"),
      }),
    );
    expect(other?.allowed).toBe(false);
  });

  test("I4 stands in the log with what was asked about, and gives the officer no row", async () => {
    const from = await logSize(house);
    const { noun, id } = objects.find((one) => one.noun === "asset") ?? { noun: "program", id: "" };
    await why(noun, id, "ben");
    const made = await entries(house, from);
    const decided = made.flatMap((entry) => entry.outcome?.decisions ?? []);
    expect(
      decided.some(({ action, objects: about }) => action === "policy.explain" && about.includes(`${noun}:${id}`)),
    ).toBe(true);
    const row = await house.run(await house.as("sofia"), (operation) =>
      operation.nested((grant) => grant.read.byId(noun, id)),
    );
    expect(row).toBeNull();
  });
});

describe("a comparison of two policies", () => {
  const NEXT = withRule({
    id: "asset.x",
    effect: "deny",
    actions: ["asset.read", "asset.display"],
    pair: { roles: ["analyst"], levelAtLeast: "S" },
  });

  async function compared(by = "sofia", level?: "S"): Promise<Set<string>> {
    const cells = new Set<string>();
    let after: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof compareCells.run>> | null = await house.run(
        await house.as(by, level),
        (operation) =>
          operation.query(compareCells, { from: { active: true }, to: { documents: NEXT }, first: 4, after }),
      );
      for (const { id, changes } of page?.rows ?? [])
        for (const { opens, closes, markings } of changes)
          for (const { id: marking } of markings)
            for (const action of [...opens.map((one) => `+${one}`), ...closes.map((one) => `-${one}`)])
              cells.add(`${id} ${marking} ${action}`);
      after = page?.rows.at(-1)?.digest ?? null;
      if (page?.hasNextPage !== true) return cells;
    }
  }

  /** The same by brute force, over what somebody with this standing may see. */
  async function brute(over: { readonly clearance: "S" | "TS"; readonly fineAccessControls: readonly string[] }) {
    const [from, to] = [readRulebook(shipped).policy, readRulebook(NEXT).policy];
    const profiles = await house.admin.query<{ id: string; profile: unknown }>(
      "select id, profile from access.profile",
    );
    const markings = await house.admin.query<{ id: string; effective: Effective }>(
      "select id, effective from access.marking",
    );
    const mine = standingEffective(over);
    const below = ({ level, sci, aea, sar }: Effective): boolean =>
      dominates(mine, { ...mine, level, sci, aea, sar, nato: [] });
    const cells = new Set<string>();
    for (const { id, profile } of profiles.rows) {
      const reader = parseProfile(profile);
      if (!below(standingEffective(reader))) continue;
      for (const marking of markings.rows.filter(({ effective }) => below(effective)))
        for (const action of ACTIONS) {
          const [was, is] = [from, to].map((p) => decidePair(p, reader, marking.effective, action).allow);
          if (was !== is) cells.add(`${id} ${marking.id} ${is ? "+" : "-"}${action}`);
        }
    }
    return cells;
  }

  test("I1 names exactly the cells that deciding all pairs under both finds", async () => {
    const cells = await compared();
    expect([...cells].toSorted()).toEqual(
      [...(await brute({ clearance: "TS", fineAccessControls: ["SI", "TK"] }))].toSorted(),
    );
    expect(cells.size).toBeGreaterThan(5);
    expect([...cells].every((cell) => cell.includes("-asset."))).toBe(true);
  });

  test("I2 leaves out profiles and markings that the officer may not see", async () => {
    const low = await compared("sofia", "S");
    const expected = await brute({ clearance: "S", fineAccessControls: ["SI", "TK"] });
    expect([...low].toSorted()).toEqual([...expected].toSorted());
    expect(low.size).toBeLessThan((await compared()).size);
    expect(low.size).toBeGreaterThan(0);
  });

  test("names the rules in which they differ, and what row rules open and close", async () => {
    const wider = withRule({ id: "label.x", effect: "allow", actions: ["label.read"], row: { owner: true } });
    const made = await house.run(await house.as("sofia"), (operation) =>
      operation.query(compareRulesOf, { from: { active: true }, to: { documents: wider } }),
    );
    expect(made?.rules.map(({ id, change }) => [id, change])).toEqual([["label.x", "added"]]);
    expect(made?.rows).toEqual([
      { action: "label.read", opens: [{ member: "false", assigned: "*", owner: "true", state: "*" }], closes: [] },
    ]);
  });

  test("I9 refuses documents that do not load, and a hash that is not kept", async () => {
    const asked = async (to: Parameters<typeof compareRulesOf.run>[1]["to"]) =>
      house.run(await house.as("sofia"), (operation) =>
        operation.query(compareRulesOf, { from: { active: true }, to }),
      );
    await expect(asked({ documents: {} })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(asked({ documentsSha384: "0" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("kept policies", () => {
  test("are read with their documents by security and compliance officers in any session, and by nobody else", async () => {
    for (const [handle, level] of [["sofia"], ["otto"], ["sofia", "U"], ["otto", "U"]] as const) {
      const as = await house.as(handle, level);
      const all = await house.run(as, (operation) => operation.query(policyVersions, {}));
      expect(all?.map(({ active, steps }) => [active, steps.map(({ step }) => step)])).toEqual([[true, ["in force"]]]);
      const whole = await house.run(as, (operation) =>
        operation.query(policyVersion, { sha384: all?.[0]?.sha384 ?? "" }),
      );
      expect(whole?.documents).toEqual(shipped);
    }
    for (const handle of ["ana", "sam", "victor"])
      expect(await house.run(await house.as(handle), (operation) => operation.query(policyVersions, {}))).toBeNull();
  });
});
