import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { displayCopy } from "../../src/datasets/content.ts";
import { freezeDataset } from "../../src/deliveries/freeze.ts";
import type { Principal } from "../../src/identity/principal.ts";
import type { Effective } from "../../src/markings/index.ts";
import type { Action } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { documentsText } from "../../src/rulebook/documents.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { shipped } from "../rulebook/edited-policy.ts";
import { ruleFileSets } from "../rulebook/random-rules.ts";
import { S, S_FVEY, TS, draw, makeAsset, makeDataset, smallWorld } from "./harbor-world.ts";

const LONG = process.env["CAVEAT_LONG"] === "1";
const SEED = 20_261_129;
/** Most random rules let nobody do anything: so many are drawn, and of those that open something these are run. */
const DRAWN = LONG ? 12_000 : 1_500;
const POLICIES = LONG ? 60 : 6;
const PEOPLE = ["ana", "ben", "sam", "petra", "charlotte", "rita"] as const;

/** Everybody has several roles, so that rules about any of them open something to somebody. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  ana: ["analyst", "approver", "reviewer"],
  ben: ["analyst", "program-officer"],
  sam: ["steward", "security-officer", "analyst"],
  petra: ["program-officer", "downgrade-authority", "disclosure-officer"],
};

/** A row as the owner of the database sees it. */
interface Stored {
  readonly id: string;
  readonly above: readonly Effective[];
  readonly own: Effective;
  readonly author: string;
  readonly program: string;
  readonly state: string;
  /** The asset on which a label lies. */
  readonly on: string | null;
}

let base: TestHouse;
let datasetId: string;
let chosen: readonly { readonly index: number; readonly documents: PolicyDocuments; readonly policy: Policy }[];

beforeAll(async () => {
  base = await openTestHouse();
  const world = await smallWorld(base);
  datasetId = world.datasetId;
  await base.run(await base.as("sam"), async (operation) => {
    for (const marking of [S_FVEY, S, TS]) await makeAsset(base, operation, { datasetId, marking });
    // A dataset of the same ontology that most people do not see.
    const high = { programId: base.programId, versionId: world.versionId, name: "High", marking: TS };
    await makeAsset(base, operation, { datasetId: await makeDataset(operation, high), marking: TS });
  });
  const { rows } = await base.admin.query<{ id: string }>("select id from data.asset where dataset_id = $1", [
    datasetId,
  ]);
  for (const { id } of rows) await base.run(await base.as("ana"), (operation) => draw(operation, id));
  for (const [handle, roles] of Object.entries(ROLES))
    await base.admin.query("update access.person set roles = $2 where handle = $1", [handle, roles]);
  const assets = await stored(base, "asset", datasetId);
  const people = await Promise.all(PEOPLE.map((name) => base.as(name)));
  const [dataset] = await stored(base, "dataset", datasetId);
  const opens = (policy: Policy): boolean =>
    people.some((person) => {
      const judge = new Judge(policy, "r", person);
      const allowed = assets.filter((row) => judge.allows("asset.read", ["dataset.read"], row)).length;
      const whole = dataset !== undefined && judge.allows("dataset.read", [], dataset);
      return whole && allowed > 0 && allowed < assets.length;
    });
  chosen = fc
    .sample(ruleFileSets, { seed: SEED, numRuns: DRAWN })
    .map((files, index) => ({
      index,
      documents: { ...shipped, ...Object.fromEntries(files.map(({ name, text }) => [`rules/${name}`, text])) },
      policy: loadPolicy(files),
    }))
    .filter(({ policy }) => !asksFor(policy, ["assigned"], ["dataset.read"]) && opens(policy));
  // Half of them ask for the author of nothing, so that what leaves is exactly what may.
  const exact = chosen.filter(({ policy }) => isExact(policy)).slice(0, POLICIES / 2);
  chosen = [...exact, ...chosen.filter((one) => !exact.includes(one)).slice(0, POLICIES - exact.length)];
  await base.close();
});
afterAll(() => base.remove());

/** Puts a policy in force in the closed house, as a start that two people have asked for would. */
async function put(documents: PolicyDocuments, policy: Policy): Promise<void> {
  const { text, sha384 } = documentsText(documents);
  const admin = new Client({ ...base.database.admin });
  await admin.connect();
  await admin.query("update access.policy set active = false");
  await admin.query(
    `insert into access.policy_documents (sha384, content, version, register_version)
     select $1, $2, $3, register_version from access.policy_documents limit 1 on conflict do nothing`,
    [sha384, text, policy.version],
  );
  await admin.query(
    `insert into access.policy (version, register_version, documents_sha384, requested_by, approved_by, activated_at, active)
     select $1, register_version, $2, 'test', 'another test', clock_timestamp(), true from access.policy limit 1`,
    [policy.version, sha384],
  );
  await admin.end();
}

const STORED = `
  select d.id, 'dataset' as noun, array[]::jsonb[] as above, m.effective as own, d.author_id as author,
         d.program_id as program, 'ACTIVE' as state, d.id as dataset_id, null::uuid as on
    from data.dataset d join access.marking m on m.id = d.marking_id
  union all
  select a.id, 'asset' as noun, array[d.effective] as above, m.effective as own, a.author_id as author,
         a.program_id as program, 'ACTIVE' as state, a.dataset_id, null::uuid as on
    from data.asset a join access.marking d on d.id = a.dataset_marking_id join access.marking m on m.id = a.marking_id
  union all
  select l.id, 'label', array[d.effective, a.effective], m.effective, l.author_id, l.program_id, l.state, l.dataset_id, l.asset_id
    from data.label l join access.marking d on d.id = l.dataset_marking_id join access.marking a on a.id = l.asset_marking_id
    join access.marking m on m.id = l.marking_id`;

async function stored(house: TestHouse, noun: "dataset" | "asset" | "label", of: string | null): Promise<Stored[]> {
  const { rows } = await house.admin.query<Stored>(
    `select * from (${STORED}) s where noun = $1 and ($2::uuid is null or dataset_id = $2) order by id`,
    [noun, of],
  );
  return rows;
}

/** Whether rules about these actions ask for a fact that some of the rows do not tell: then less may leave, never more. */
function asksFor(policy: Policy, facts: readonly ("owner" | "assigned")[], of: readonly Action[]): boolean {
  return policy.rules.some(
    ({ when, actions }) =>
      "row" in when && facts.some((fact) => when.row[fact] !== undefined) && actions.some((one) => of.includes(one)),
  );
}
/** Content and blobs do not tell who made the image. */
const isExact = (policy: Policy): boolean => !asksFor(policy, ["owner", "assigned"], ["asset.read", "asset.display"]);

/** What decide() says of one person. */
class Judge {
  readonly #policy: Policy;
  readonly #register: string;
  readonly #of: Principal;

  constructor(policy: Policy, register: string, of: Principal) {
    this.#policy = policy;
    this.#register = register;
    this.#of = of;
  }

  allows(action: Action, above: readonly Action[], row: Stored): boolean {
    const { personId, profile, programs } = this.#of;
    const facts: Facts = {
      member: programs.has(row.program),
      assigned: false,
      owner: row.author === personId,
      state: row.state,
    };
    return (
      decide(this.#policy, this.#register, profile, row.own, facts, action).decision === "allow" &&
      above.every((read, index) => {
        const marking = row.above[index];
        return marking !== undefined && decidePair(this.#policy, profile, marking, read).allow;
      })
    );
  }
}

/** Whether the display copy of an asset may be shown. */
const shows = (judge: Judge, row: Stored): boolean =>
  judge.allows("asset.read", ["dataset.read"], row) && judge.allows("asset.display", [], row);

const ids = (rows: readonly Stored[]): string[] => rows.map(({ id }) => id);

test(
  "I1 under any rules that load, what is downloaded and what goes into a delivery is what decide() lets out",
  async () => {
    let [downloads, included, compared, exact] = [0, 0, 0, 0];
    expect(chosen).toHaveLength(POLICIES);
    for (const { index, documents, policy } of chosen) {
      await put(documents, policy);
      const house = await openTestHouse({ from: base, config: { policies: "activated" } });
      try {
        expect(house.house.office.policy.version).toBe(policy.version);
        const register = house.house.office.register.version;
        const strict = isExact(policy);
        for (const name of PEOPLE) {
          const principal = await house.as(name);
          const judge = new Judge(policy, register, principal);
          const at = { seed: SEED, index, name };
          const assets = await stored(house, "asset", null);
          const shown = assets.filter((row) => shows(judge, row));
          const got = await Promise.all(
            assets.map(async ({ id }) =>
              house
                .run(principal, async (operation) => (await operation.query(displayCopy, { assetId: id })) !== null)
                .catch(() => false),
            ),
          );
          const loaded = assets.filter((_, place) => got[place]);
          compared += assets.length;
          downloads += loaded.length;
          expect({ ...at, beyond: ids(loaded).filter((id) => !ids(shown).includes(id)) }).toEqual({
            ...at,
            beyond: [],
          });
          if (strict) expect({ ...at, loaded: ids(loaded) }).toEqual({ ...at, loaded: ids(shown) });

          const frozen = await house
            .run(principal, (operation) =>
              operation.nested(async (grant) => {
                const dataset = await grant.read.byId("dataset", datasetId);
                return dataset && (await freezeDataset(grant, dataset));
              }),
            )
            .catch(() => null);
          if (!frozen) continue;
          const inside = (noun: string): string[] =>
            frozen.rows
              .filter((row) => row.noun === noun)
              .map(({ id }) => id)
              .toSorted();
          const open = (await stored(house, "asset", datasetId)).filter((row) =>
            judge.allows("asset.read", ["dataset.read"], row),
          );
          const labels = (await stored(house, "label", datasetId)).filter((row) =>
            judge.allows("label.read", ["dataset.read", "asset.read"], row),
          );
          compared += open.length + labels.length;
          included += frozen.rows.length;
          for (const [noun, allowed] of [
            ["asset", ids(open)],
            ["label", ids(labels)],
          ] as const)
            expect({ ...at, noun, beyond: inside(noun).filter((id) => !allowed.includes(id)) }).toEqual({
              ...at,
              noun,
              beyond: [],
            });
          if (!strict) continue;
          exact += 1;
          expect({ ...at, assets: inside("asset") }).toEqual({ ...at, assets: ids(open) });
        }
      } finally {
        await house.remove();
      }
    }
    // Something came out, and not everything did.
    expect([downloads > POLICIES, included > POLICIES, downloads + included < compared]).toEqual([true, true, true]);
    expect(exact).toBeGreaterThan(POLICIES / 2);
  },
  LONG ? 1_200_000 : 120_000,
);
