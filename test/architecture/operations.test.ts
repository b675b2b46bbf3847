import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kind, OperationTypeNode, buildSchema } from "graphql";
import { afterAll, describe, expect, test } from "vitest";
import { compileOperation } from "../../src/transport/graphql/compiled.ts";
import { KnownDocuments } from "../../src/transport/graphql/known-documents.ts";
import { productSchema } from "../../src/transport/graphql/schema.ts";
import { inlineDocuments } from "../../tooling/inline-documents.ts";
import { staleFiles, writeFiles } from "../../tooling/operation-files.ts";
import { OperationsRefused } from "../../tooling/operation-rules.ts";
import { FROM, TO, generateOperations } from "../../tooling/operations.ts";
import { asked } from "../../web/workbench/operation.ts";
import type { Operation } from "../../web/workbench/operation.ts";
import { ROOT, listTree, readTree } from "./tree.ts";

const schema = buildSchema(readTree("schema/schema.graphql"));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A copy of the schema, the operations and what is generated of them, to be spoiled. */
function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), "caveat-operations-"));
  folders.push(folder);
  for (const path of ["schema", TO]) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  return folder;
}

const spoil = (folder: string, path: string, change: (text: string) => string): void =>
  writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8")));

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof OperationsRefused) return error.faults;
    throw error;
  }
  return [];
}

describe("typed operations", () => {
  test("of the page are what schema/operations/ and the schema give", () => {
    expect(staleFiles(ROOT)).toEqual([]);
  });

  test("that were changed by hand, are missing or are of no operation any more are refused by name, and put right by npm run generate", () => {
    const folder = copied();
    spoil(folder, `${TO}/lead.ts`, (text) => text.replace("readonly handle: string", "readonly handle: string | null"));
    rmSync(join(folder, `${TO}/tasks.ts`));
    writeFileSync(join(folder, `${TO}/gone.ts`), "");
    expect(staleFiles(folder)).toEqual([`${TO}/gone.ts`, `${TO}/lead.ts`, `${TO}/tasks.ts`]);
    writeFiles(folder);
    expect(staleFiles(folder)).toEqual([]);
  });

  test("are stale where the schema says of a field that it may be null now, or an operation asks for one more", () => {
    const folder = copied();
    spoil(folder, "schema/schema.graphql", (text) =>
      text.replace(/(?<=\ntype Viewer \{[^}]*\n {2}handle: String)!/, ""),
    );
    expect(staleFiles(folder)).toContain(`${TO}/projects.ts`);
    writeFiles(folder);
    spoil(folder, `${FROM}/projects.graphql`, (text) => text.replace("viewer { handle }", "viewer { handle id }"));
    expect(staleFiles(folder)).toEqual([`${TO}/projects.ts`]);
  });

  test("are checked by npm run check: it names a stale file, and an operation that does not fit with its line", () => {
    const folder = copied();
    cpSync(join(ROOT, "tooling"), join(folder, "tooling"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
    const [step = ""] = /node \S+ \S+ tooling\/generate-operations\.ts --check/.exec(readTree("bin/test")) ?? [];
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const check = (): { stderr: string; status: number | null } => {
      const [, ...args] = step.split(" ");
      const { stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
      return { stderr, status };
    };
    expect(check()).toEqual({ stderr: "", status: 0 });
    spoil(folder, `${TO}/lead.ts`, (text) => `${text}\n`);
    expect(check()).toEqual({ stderr: `${TO}/lead.ts is not current: npm run generate\n`, status: 1 });
    spoil(folder, `${FROM}/projects.graphql`, (text) => text.replace("viewer { handle }", "viewer {\n handel }"));
    expect(check()).toEqual({
      stderr: expect.stringMatching(/^schema\/operations\/projects\.graphql:\d+ Cannot query field "handel"/) as string,
      status: 1,
    });
  });

  test.each([
    [
      "a field that is not there",
      "query A {\n  viewer {\n    handel\n  }\n}",
      '3 Cannot query field "handel" on type "Viewer"',
    ],
    [
      "an argument that is missing",
      "query A {\n  programs { edges { node { id } } }\n}",
      '2 Field "programs" argument "first"',
    ],
    [
      "a variable of another type",
      "query A($id: String!) {\n  task(id: $id) { id }\n}",
      '1 Variable "$id" of type "String!"',
    ],
    ["a variable that nobody gives", "query A {\n  task(id: $id) { id }\n}", '2 Variable "$id" is not defined'],
    ["a fragment that nothing uses", "fragment A on Task {\n  id\n}", '1 Fragment "A" is never used'],
    [
      "two of one name",
      "query A { viewer { id } }\nquery A { viewer { id } }",
      '1 There can be only one operation named "A"',
    ],
    ["none of a name", "{ viewer { id } }", "1 an operation has a name"],
    ["half of one", "query A {\n  viewer {", "2 Syntax Error"],
    ["a text in the document", 'query A {\n  task(id: "x") { id }\n}', "2 a text is given as a variable"],
    [
      "a field that is skipped, which the log would name",
      "query A($no: Boolean!) {\n  viewer @skip(if: $no) { id }\n}",
      "2 the log tells of what a document asks",
    ],
    [
      "@each without an alias",
      "query A($id: ID!) {\n  task(id: $id) @each { id }\n}",
      "2 a field with @each has an alias",
    ],
    ["@each without a variable", "query A {\n  me: viewer @each { id }\n}", "2 a field with @each takes a variable"],
    [
      "@each within a field",
      "query A($n: Int!) {\n  programs(first: 1) { edges { node {\n    sets: datasets(first: $n) @each { edges { cursor } }\n  } } }\n}",
      "3 @each stands at a field of an operation itself",
    ],
    [
      "a variable of @each at another field",
      "query A($id: ID!) {\n  all: task(id: $id) @each { id }\n  label(id: $id) { id }\n}",
      "2 $id is of @each",
    ],
    [
      "a variable of @each at another field by way of a fragment",
      "query A($n: Int!) {\n  all: programs(first: $n) @each { edges { cursor } }\n  ...B\n}\nfragment B on Query { clients(first: $n) { edges { cursor } } }",
      "2 $n is of @each",
    ],
    [
      "two fields with @each",
      "query A($a: ID!, $b: ID!) {\n  as: task(id: $a) @each { id }\n  bs: task(id: $b) @each { id }\n}",
      "3 @each stands at one field of an operation",
    ],
    [
      "fields that differ by type where the type is not asked for",
      "query A($id: ID!) {\n  node(id: $id) {\n    ... on Asset { title }\n  }\n}",
      "2 __typename is asked for",
    ],
  ])("refuse %s, with file and line", (_what, text, fault) => {
    const path = `${FROM}/seeded.graphql`;
    const [found = ""] = faultsOf(() => generateOperations(schema, [{ path, text }]));
    expect(found.slice(0, path.length + 1 + fault.length)).toBe(`${path}:${fault}`);
  });

  test("say exactly what may be null, what words there are, and which object of several it is", () => {
    const small = buildSchema(`
      scalar JSON
      interface Node { id: ID! }
      enum Size { LARGE SMALL }
      type Ship implements Node { id: ID! size: Size names: [[String!]]! berth: Berth }
      type Berth implements Node { id: ID! ships(size: Size = LARGE): [Ship!] note: JSON! }
      input Wish { size: Size! = LARGE names: [String] berth: Inner! }
      input Inner { depth: Float! note: JSON }
      type Query { node(id: ID!): Node ship(id: ID!): Ship! wish(wish: Wish!, sizes: [Size!]): Int! }
    `);
    const made = generateOperations(small, [
      {
        path: `${FROM}/small.graphql`,
        text: `
          query Any($id: ID!, $size: Size) {
            node(id: $id) { __typename id ... on Ship { size names } }
            ship(id: $id) { ...Moored berth { note ships(size: $size) { id } } }
          }
          # Where it lies.
          fragment Moored on Ship { names berth { id } }
          query Wished($wish: Wish!, $sizes: [Size!]) { wish(wish: $wish, sizes: $sizes) }
          query Each($ship: ID!) { ships: ship(id: $ship) @each { ...Moored id } }
        `,
      },
    ]);
    const flat = (name: string): string => (made.get(`${TO}/${name}.ts`) ?? "").replaceAll(/\s+/g, " ");
    for (const type of [
      'import type { Size, Wish } from "./schema.ts";',
      "type AnyVariables = { readonly id: string; readonly size?: Size | null; };",
      // Berths of both are one field with fields of both: the fragment is written out.
      'type AnyData = { readonly node: { readonly __typename: "Ship"; readonly id: string; readonly size: Size | null; readonly names: readonly (readonly string[] | null)[]; } | { readonly __typename: "Berth"; readonly id: string; } | null; readonly ship: { readonly names: readonly (readonly string[] | null)[]; readonly berth: { readonly id: string; readonly note: unknown; readonly ships: readonly { readonly id: string; }[] | null; } | null; }; };',
      "/** Where it lies. */ export type Moored = { readonly names: readonly (readonly string[] | null)[]; readonly berth: { readonly id: string; } | null; };",
      "type WishedVariables = { readonly wish: Wish; readonly sizes?: readonly Size[] | null; };",
      "type WishedData = { readonly wish: number; };",
      "type EachVariables = { readonly ships: readonly { readonly ship: string; }[]; };",
      "type EachData = { readonly ships: readonly (Moored & { readonly id: string; })[]; };",
    ])
      expect(flat("small")).toContain(type);
    expect(flat("schema")).toBe(
      '// Made of schema/schema.graphql by npm run generate. export type Inner = { readonly depth: number; readonly note?: unknown; }; export type Size = "LARGE" | "SMALL"; export type Wish = { readonly size?: Size; readonly names?: readonly (string | null)[] | null; readonly berth: Inner; }; ',
    );
  });

  test("do not compile with a variable that is wrong, missing or too many, nor with a field read that was not asked for", () => {
    mkdirSync(join(ROOT, ".build"), { recursive: true });
    const folder = mkdtempSync(join(ROOT, ".build/operation-types-"));
    folders.push(folder);
    const page = "../../web/workbench";
    // Each line that ends in a mark must not compile, and each other one must.
    const lines = [
      `import { mutate, query } from "${page}/api.ts";`,
      `import { LEAD_PROJECT } from "${page}/generated/lead.ts";`,
      `import { SIGNED_IN } from "${page}/generated/projects.ts";`,
      `import { TASK_REVIEW } from "${page}/generated/tasks.ts";`,
      `import { follow } from "${page}/console-follow.ts";`,
      `import { TAIL } from "${page}/generated/console.ts";`,
      `export const held = { taskId: "", epoch: 1 };`,
      `export const right = (await query(LEAD_PROJECT, { id: "", days: 7 })).data.project?.work?.people[0]?.handle;`,
      `export const person = (await query(SIGNED_IN)).data.viewer?.handle;`,
      `await mutate(TASK_REVIEW, { ...held, verdict: "ACCEPT" });`,
      `follow(TAIL, { size: 1 }, { next: ({ auditTail }) => void auditTail.chain, over: () => undefined });`,
      `await query(LEAD_PROJECT); // missing`,
      `await query(LEAD_PROJECT, { id: "" }); // missing`,
      `await query(LEAD_PROJECT, { id: "", days: "7" }); // wrong`,
      `await query(LEAD_PROJECT, { id: "", days: 7, weeks: 1 }); // too many`,
      `await query({ text: "{viewer{handle}}", each: 1 }, {}); // no operation`,
      `export const unasked = (await query(SIGNED_IN)).data.viewer?.roles; // not asked for`,
      `export const nobody = (await query(SIGNED_IN)).data.viewer.handle; // may be null`,
      `await mutate(TASK_REVIEW, { ...held, verdict: "MAYBE" }); // no such word`,
      `await mutate(TASK_REVIEW, { ...held, verdict: "ACCEPT", idempotencyKey: "k" }); // the key goes beside it`,
      `await mutate(SIGNED_IN, {}); // does nothing`,
      `follow(TAIL, { size: "1" }, { next: () => undefined, over: () => undefined }); // wrong`,
      `follow(TAIL, {}, { next: ({ auditTail }) => void auditTail.receipt, over: () => undefined }); // not asked for`,
    ];
    writeFileSync(join(folder, "asks.ts"), lines.join("\n"));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../web/tsconfig.json", include: ["asks.ts"] }),
    );
    const { stdout } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder, "--noEmit", "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    const refused = new Set([...stdout.matchAll(/^asks\.ts\((\d+),/gm)].map(([, line]) => Number(line)));
    expect(lines.filter((_line, n) => refused.has(n + 1))).toEqual(lines.filter((line) => line.includes("; // ")));
    expect(stdout.split("\n").filter((line) => line.includes(" error ") && !line.startsWith("asks.ts"))).toEqual([]);
  });

  test("are taken by the server, kept by it, and run compiled where no type is known only when the row is", async () => {
    /** Of how many at most each list is on a screen. */
    const most: Readonly<Record<string, number>> = { images: 16, named: 20, parts: 20, samples: 5 };
    const served = productSchema();
    const documents = new KnownDocuments(served, false);
    const general: string[] = [];
    let count = 0;
    for (const { path } of listTree(`${TO}/*.ts`)) {
      const module = (await import(join(ROOT, path))) as Readonly<Record<string, Operation<object, object>>>;
      for (const operation of Object.values(module)) {
        const { each = "" } = operation;
        for (const length of each === "" ? [1] : [0, 1, most[each] ?? 0]) {
          // Where there is nothing besides the list, nothing is asked of an empty one.
          if (each === "parts" && length === 0) continue;
          const { query } = asked(operation, { [each]: Array.from({ length }, () => ({})) });
          const document = documents.valid(query);
          expect(documents.valid(query)).toBe(document);
          const [definition] = document.definitions;
          if (definition?.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.QUERY)
            continue;
          if (!compileOperation(served, document, definition)) general.push(definition.name?.value ?? "");
        }
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(30);
    expect(new Set(general)).toEqual(new Set(["WouldFreeze"]));
  });
});

describe("the page", () => {
  const page = listTree("web/workbench/*.ts", "web/workbench/text/**/*.ts");

  test("holds no GraphQL document besides the generated ones", () => {
    const found = page.flatMap(({ path, text }) => inlineDocuments(path, text).map((line) => `${path}:${line}`));
    expect(found).toEqual([]);
    expect(page.length).toBeGreaterThan(80);
  });

  test.each([
    ["a query without a name", 'ask("{ viewer { handle } }")'],
    ["a query in a template", "ask(`query ($id: ID!${names}) { ${fields} dataset(id: $id) { id } }`)"],
    ["a mutation made of a field's name", "ask(`mutation ($input: ${type}!) { act: ${field}(input: $input) { id } }`)"],
    ["a subscription over several lines", "ask(`subscription {\n  auditTail {\n    size\n  }\n}`)"],
    ["a fragment", "ask(`${query} fragment Sample on Asset { ${fields} }`)"],
    ["selections that a document is made of", 'const NAMED = "id name marking { portion }"'],
    ["selections with arguments filled in", "const LIST = `datasets(first: ${MOST}) { edges { node { id } } }`"],
  ])("is refused with %s", (_what, text) => {
    expect(inlineDocuments("web/workbench/seeded.ts", `export const one = 1;\n${text};`)).toContain(2);
  });

  test("may say what is no document", () => {
    const text = 'say("The server refused: {code}."); say(`{ ${count} }, of query ${name}`); const empty = "{}";';
    expect(inlineDocuments("web/workbench/seeded.ts", text)).toEqual([]);
  });

  test("speaks GraphQL by one way for questions and acts, and by one for what goes on", () => {
    const speak = page.filter(({ text }) => text.includes('"/graphql"')).map(({ path }) => path);
    expect(speak).toEqual(["web/workbench/api.ts", "web/workbench/console-follow.ts"]);
  });
});
