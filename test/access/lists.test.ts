import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAsset, createDataset } from "../../src/datasets/commands.ts";
import { createList, distributionList, distributionLists } from "../../src/datasets/list-commands.ts";
import { CaveatError } from "../../src/errors.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { UserError } from "../../src/policy/command.ts";
import type { Command } from "../../src/policy/command.ts";
import type { Readers } from "../../src/policy/grant.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { serve } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { makeOntology } from "./harbor-world.ts";

let house: TestHouse;
let ontologyVersionId: string;
const PROGRAM_WIDE = "UNCLASSIFIED//REL TO USA, FVEY";

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof UserError || error instanceof CaveatError) return error.code;
    throw error;
  }
}

/** Runs a mutation as a person who signs in for it alone. */
async function act<I, O>(handle: string, command: Command<I, O>, input: I): Promise<O> {
  return house.run(await house.as(handle), (operation) => operation.mutate(command, input));
}

async function ask<I, O>(handle: string, command: Command<I, O>, input: I): Promise<O | null> {
  return house.run(await house.as(handle), (operation) => operation.query(command, input));
}

const list = async (handle: string, kind: string, agencies: string[], persons: string[] = []): Promise<string> =>
  (await act(handle, createList, { kind, agencies, persons: persons.map((name) => house.personId(name)) })).id;

async function dataset(marking: string, readers: Readers | null, handle = "sam"): Promise<string> {
  const input = { programId: house.programId, name: randomUUID(), marking, ontologyVersionId, compilation: null };
  return (await act(handle, createDataset, { ...input, readers })).id;
}

/** Who of these sees the dataset, by id and in the list of its program. */
async function seers(id: string, handles: readonly string[]): Promise<string[]> {
  const seen: string[] = [];
  for (const handle of handles) {
    const found = await house.run(await house.as(handle), (operation) =>
      operation.nested(async (grant) => {
        const row = await grant.read.byId("dataset", id);
        const { rows } = await grant.read.page(
          "dataset",
          { parent: "program", id: house.programId },
          { first: 100, after: null },
          { program: house.programId },
        );
        expect(rows.some((one) => one.id === id)).toBe(row !== null);
        return row !== null;
      }),
    );
    if (found) seen.push(handle);
  }
  return seen;
}

beforeAll(async () => {
  house = await openTestHouse();
  const made = await house.run(await house.as("sam"), (operation) =>
    makeOntology(operation, { programId: house.programId, name: "lists", marking: PROGRAM_WIDE }),
  );
  ontologyVersionId = made.versionId;
  // Ana works for another agency than the rest.
  await house.admin.query("update access.person set duty_organization = 'NSA' where handle = 'ana'");
});
afterAll(() => house.remove());

describe("I1 information under a list is read by those whom the list names", () => {
  const PEOPLE = ["sam", "ana", "ben", "petra", "otto"];

  test("ORCON without a list is for nobody, and nobody can make it", async () => {
    expect(await codeOf(dataset("SECRET//ORCON/NOFORN", null))).toBe("INVALID_MARKING");
  });

  test("ORCON goes to the agencies of its list", async () => {
    const both = await dataset("SECRET//ORCON/NOFORN", { allOf: [await list("sam", "OC", ["NGA", "NSA"])], anyOf: [] });
    expect(await seers(both, PEOPLE)).toEqual(["sam", "ana", "ben", "petra"]);
    const one = await dataset("SECRET//ORCON/NOFORN", { allOf: [await list("sam", "OC", ["NGA"])], anyOf: [] });
    expect(await seers(one, PEOPLE)).toEqual(["sam", "ben", "petra"]);
  });

  test.each([
    ["PR", "SECRET//NOFORN/PROPIN", ["NGA"], []],
    ["XD", "SECRET//NOFORN//EXDIS", ["NGA"], []],
    ["ND", "SECRET//NOFORN//NODIS", [], ["sam", "ben"]],
    ["NTK", "SECRET//NOFORN", [], ["sam", "ben"]],
  ])("%s goes to whom its list names", async (kind, marking, agencies, persons) => {
    const id = await dataset(marking, { allOf: [await list("sam", kind, agencies, persons)], anyOf: [] });
    expect(await seers(id, PEOPLE)).toEqual(kind === "PR" || kind === "XD" ? ["sam", "ben", "petra"] : ["sam", "ben"]);
  });

  test("need to know in all of several lists, or in one of them", async () => {
    const mine = await list("sam", "NTK", [], ["sam", "ana"]);
    const other = await list("sam", "NTK", [], ["sam", "ben"]);
    expect(await seers(await dataset("SECRET//NOFORN", { allOf: [mine, other], anyOf: [] }), PEOPLE)).toEqual(["sam"]);
    expect(await seers(await dataset("SECRET//NOFORN", { allOf: [], anyOf: [mine, other] }), PEOPLE)).toEqual([
      "sam",
      "ana",
      "ben",
    ]);
  });

  test("a person who leaves the agency no longer reads, at the next statement", async () => {
    const id = await dataset("SECRET//ORCON/NOFORN", { allOf: [await list("sam", "OC", ["NGA"])], anyOf: [] });
    const operation = await house.open(await house.as("ben"));
    expect(await operation.nested((grant) => grant.read.byId("dataset", id))).not.toBeNull();
    await house.admin.query("update access.person set duty_organization = 'DOE' where handle = 'ben'");
    expect(await operation.nested((grant) => grant.read.byId("dataset", id))).toBeNull();
    await operation.close().catch(() => undefined);
    expect(await seers(id, ["ben"])).toEqual([]);
    await house.admin.query("update access.person set duty_organization = 'NGA' where handle = 'ben'");
  });
});

describe("I3 what is made of information under a list stands under it", () => {
  test("assets and labels inherit the list of what stands above them, with and without a text of their own", async () => {
    const oc = await list("sam", "OC", ["NGA"]);
    const datasetId = await dataset("SECRET//ORCON/NOFORN", { allOf: [oc], anyOf: [] });
    const base = { datasetId, mediaType: "image/png" };
    const asset = await act("sam", createAsset, { ...base, title: "inherits", marking: null });
    const stated = await act("sam", createAsset, { ...base, title: "states", marking: "SECRET//ORCON/NOFORN" });
    const { rows } = await house.admin.query<{ lists: string[] }>(
      "select m.effective -> 'lists' as lists from data.asset a join access.marking m on m.id = a.marking_id where a.id = any ($1)",
      [[asset.id, stated.id]],
    );
    expect(rows.map((row) => row.lists)).toEqual([[`OC:${oc}`], [`OC:${oc}`]]);
    expect(await codeOf(act("sam", createAsset, { ...base, title: "too low", marking: "SECRET//NOFORN" }))).toBe(
      "MARKING_TOO_LOW",
    );
    const hidden = { assetId: asset.id, classKey: "ship", shape: {}, attributes: {}, marking: null };
    expect(await codeOf(act("ana", createLabel, hidden))).toBe("NOT_FOUND");
  });

  test("a second list binds beside the first", async () => {
    const oc = await list("sam", "OC", ["NGA"]);
    const ntk = await list("sam", "NTK", [], ["sam"]);
    const datasetId = await dataset("SECRET//ORCON/NOFORN", { allOf: [oc], anyOf: [] });
    const input = { datasetId, title: "twice", mediaType: "image/png", marking: null };
    const asset = await act("sam", createAsset, { ...input, readers: { allOf: [ntk], anyOf: [] } });
    const { rows } = await house.admin.query<{ lists: string[] }>(
      "select m.effective -> 'lists' as lists from data.asset a join access.marking m on m.id = a.marking_id where a.id = $1",
      [asset.id],
    );
    expect(rows[0]?.lists).toEqual([`NTK:${ntk}`, `OC:${oc}`]);
  });
});

describe("I2 a list that a person may not know of is no list to him", () => {
  test("it is seen by those whom it names and by its maker, and by nobody else", async () => {
    const id = await list("sam", "OC", ["NSA"], ["ben"]);
    for (const [handle, knows] of [
      ["sam", true],
      ["ana", true],
      ["ben", true],
      ["petra", false],
      ["otto", false],
      ["charlotte", false],
    ] as const) {
      expect([handle, (await ask(handle, distributionList, { id })) !== null]).toEqual([handle, knows]);
      const page = await ask(handle, distributionLists, { first: 100, after: null });
      expect([handle, page?.rows.some((row) => row.id === id)]).toEqual([handle, knows]);
    }
  });

  test("naming a hidden one, one that is not there, a wrong kind or nonsense is refused alike", async () => {
    const hidden = await list("ana", "OC", ["NSA"]);
    const ntk = await list("sam", "NTK", ["NGA"]);
    const oc = await list("sam", "OC", ["NGA"]);
    const codes = [];
    for (const readers of [
      { allOf: [hidden], anyOf: [] },
      { allOf: [randomUUID()], anyOf: [] },
      { allOf: ["none"], anyOf: [] },
      { allOf: [], anyOf: [ntk, oc] },
      { allOf: [], anyOf: [oc, await list("sam", "OC", ["NGA", "NSA"])] },
      { allOf: Array.from({ length: 17 }, () => randomUUID()), anyOf: [] },
    ])
      codes.push(await codeOf(dataset("SECRET//ORCON/NOFORN", readers)));
    codes.push(await codeOf(dataset("SECRET//NOFORN", { allOf: [oc], anyOf: [] })));
    expect(new Set(codes)).toEqual(new Set(["INVALID_MARKING"]));
  });

  test("a list that does not name the caller gives him nothing to make under it", async () => {
    const id = await list("sam", "OC", ["NSA"]);
    expect(await codeOf(dataset("SECRET//ORCON/NOFORN", { allOf: [id], anyOf: [] }))).toBe("INVALID_MARKING");
  });

  test("row security alone shows no other list, and takes none in another's name", async () => {
    const id = await list("ana", "OC", ["NSA"]);
    const seen = await house.run(await house.as("petra"), (operation) =>
      operation.nested((grant) => grant.lists.byIds([id])),
    );
    expect(seen).toEqual([]);
    const forged = {
      id: randomUUID(),
      kind: "OC",
      makerId: house.personId("ana"),
      agencies: ["NGA"],
      persons: [],
    } as const;
    await expect(
      house.run(await house.as("petra"), (operation) =>
        operation.nested((grant) => grant.lists.insert(forged, new Date())),
      ),
    ).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("making a list", () => {
  test.each([
    ["an unknown kind", { kind: "MN", agencies: ["NGA"], persons: [] }, "INVALID_INPUT"],
    ["nobody in it", { kind: "OC", agencies: [], persons: [] }, "INVALID_INPUT"],
    ["a person in an EXDIS list", { kind: "XD", agencies: ["NGA"], persons: [randomUUID()] }, "INVALID_INPUT"],
    ["an agency in a NODIS list", { kind: "ND", agencies: ["NGA"], persons: [randomUUID()] }, "INVALID_INPUT"],
    ["a code that is none", { kind: "OC", agencies: ["nga,NSA"], persons: [] }, "INVALID_INPUT"],
    ["a name twice", { kind: "OC", agencies: ["NGA", "NGA"], persons: [] }, "INVALID_INPUT"],
    ["an id that is none", { kind: "ND", agencies: [], persons: ["none"] }, "INVALID_INPUT"],
  ])("is refused with %s", async (_, input, code) => {
    expect(await codeOf(act("sam", createList, input))).toBe(code);
  });

  test("is for those who state markings", async () => {
    for (const handle of ["petra", "victor", "otto"])
      expect(await codeOf(act(handle, createList, { kind: "OC", agencies: ["NGA"], persons: [] }))).toBe(
        "NOT_PERMITTED",
      );
  });

  test("ends at twenty an hour", async () => {
    const input = { kind: "OC", agencies: ["NGA"], persons: [] };
    for (let made = 0; made < 20; made += 1) await act("rita", createList, input);
    expect(await codeOf(act("rita", createList, input))).toBe("BUSY");
  });

  test("I4 its record stands under the list itself", async () => {
    const id = await list("ana", "OC", ["NSA"]);
    const section = async (handle: string): Promise<string> => {
      const archive: string[] = [];
      await house.run(await house.as(handle), (operation) =>
        operation.nested(async (grant) => {
          const page = await grant.audit.page(0, 5_000, () => true);
          archive.push(...page.entries.flatMap((entry) => entry.sections.map((one) => one.content ?? "")));
        }),
      );
      return archive.join("\n");
    };
    expect(await section("otto")).toContain(`distributionList:${id}`);
  });
});

describe("over GraphQL", () => {
  test("a list is made, named under a marking, and shown to whom it names", async () => {
    const server = await serve(house);
    try {
      const sam = await server.token("sam");
      const key = (): string => randomUUID();
      const made = await server.data<{ distributionListCreate: { distributionList: { id: string } } }>(
        sam,
        `mutation($input: DistributionListCreateInput!) {
          distributionListCreate(input: $input) { userErrors { code } distributionList { id kind agencies personIds } } }`,
        {
          input: {
            idempotencyKey: key(),
            kind: "ND",
            personIds: ["sam", "ben"].map((name) => globalId("person", house.personId(name))),
          },
        },
      );
      const { id } = made.distributionListCreate.distributionList;
      const input = {
        idempotencyKey: key(),
        programId: globalId("program", house.programId),
        name: "no distribution",
        marking: "SECRET//NOFORN//NODIS",
        ontologyVersionId: globalId("ontologyVersion", ontologyVersionId),
        readers: { allOf: [id] },
      };
      const created = await server.data<{ datasetCreate: { dataset: { id: string } | null } }>(
        sam,
        "mutation($input: DatasetCreateInput!) { datasetCreate(input: $input) { userErrors { code } dataset { id } } }",
        { input },
      );
      const datasetId = created.datasetCreate.dataset?.id ?? "";
      for (const [handle, named] of [
        ["ben", true],
        ["petra", false],
        ["ana", false],
      ] as const) {
        const token = await server.token(handle);
        const seen = await server.data<{
          node: object | null;
          distributionLists: { edges: { node: { id: string } }[] };
        }>(
          token,
          "query($id: ID!) { node(id: $id) { id } distributionLists(first: 100) { edges { node { id kind } } } }",
          { id: datasetId },
        );
        expect([handle, seen.node !== null]).toEqual([handle, named]);
        expect([handle, seen.distributionLists.edges.some((edge) => edge.node.id === id)]).toEqual([handle, named]);
      }
    } finally {
      await server.close();
    }
  });
});
