import { expect, test } from "vitest";
import { checkImports, describeViolation } from "../../tooling/import-check.ts";
import { RESERVED, ROOMS } from "../../tooling/import-rules.ts";
import { listTree } from "./tree.ts";

/** Rule, file that breaks it, and the text that does. Every rule has at least one. */
const PLANTED: readonly (readonly [rule: string, path: string, text: string])[] = [
  ["audit-core", "audit/core/tree.ts", `import { createHash } from "node:crypto";`],
  ["audit-core", "audit/core/tree.ts", `import { CaveatError } from "../../src/errors.ts";`],
  ["audit-tiles", "audit/tiles/growth.ts", `import { readFile } from "node:fs/promises";`],
  ["audit", "audit/inputs.ts", `import type { Marking } from "../src/markings/index.ts";`],
  ["markings", "src/markings/parse.ts", `import { CaveatError } from "../errors.ts";`],
  ["markings", "src/markings/register.ts", `import { readFileSync } from "node:fs";`],
  ["xml", "src/xml/reader.ts", `import { MarkingError } from "../markings/marking.ts";`],
  ["errors", "src/errors.ts", `export { parse } from "./markings/index.ts";`],
  ["config", "src/config.ts", `import { openPool } from "./storage/connection.ts";`],
  ["signing", "src/signing/keyring.ts", `import { freeze } from "../deliveries/freeze.ts";`],
  ["signer", "src/signer/main.ts", `import { readConfig } from "../config.ts";`],
  ["decision", "src/policy/decide.ts", `import type { Reader } from "../storage/reader.ts";`],
  ["decision", "src/policy/pair.ts", `import { Grant } from "./grant.ts";`],
  ["policy", "src/policy/gate.ts", `import { createDataset } from "../datasets/commands.ts";`],
  ["policy", "src/policy/gate.ts", `export * from "../transport/passage.ts";`],
  ["policy", "src/policy/gate.ts", `import { Writer } from "../ledger/writer.ts";`],
  ["identity", "src/identity/tokens.ts", `import { decide } from "../policy/decide.ts";`],
  ["embedded", "src/storage/embedded/cluster.ts", `import { migrate } from "../migrate.ts";`],
  ["storage", "src/storage/reader.ts", `import type { Grant } from "../policy/grant.ts";`],
  ["storage", "src/storage/reader.ts", `type Row = import("../datasets/queries.ts").Row;`],
  ["ledger", "src/ledger/writer.ts", `import { decide } from "../policy/decide.ts";`],
  ["datasets", "src/datasets/queries.ts", `import { entities } from "../storage/entities/index.ts";`],
  ["datasets", "src/datasets/queries.ts", `import { shape } from "../labeling/shape.ts";`],
  ["labeling", "src/labeling/commands.ts", `const reader = await import("../storage/reader.ts");`],
  ["labeling", "src/labeling/commands.ts", `import { freeze } from "../deliveries/freeze.ts";`],
  ["interchange", "src/interchange/coco.ts", `import { readDataset } from "../datasets/queries.ts";`],
  ["deliveries", "src/deliveries/freeze.ts", `import { Writer } from "../ledger/writer.ts";`],
  ["deliveries", "src/deliveries/freeze.ts", `import { reviewLabel } from "../labeling/review-command.ts";`],
  ["administration", "src/administration/clients.ts", `import { AccessStore } from "../storage/access-store.ts";`],
  ["auditing", "src/auditing/queries.ts", `import { Publisher } from "../ledger/publisher.ts";`],
  ["rulebook", "src/rulebook/check.ts", `import { Reader } from "../storage/reader.ts";`],
  ["transport", "src/transport/graphql/rows.ts", `import { Reader } from "../../storage/reader.ts";`],
  ["transport", "src/transport/passage.ts", `import type { LogWriter } from "../ledger/writer.ts";`],
  ["composition", "src/composition/house.ts", `import { startHttp } from "../transport/http/server.ts";`],
  ["demonstration", "src/demonstration/load.ts", `import { Reader } from "../storage/reader.ts";`],
  ["room-without-rule", "src/oddments/things.ts", `export const one = 1;`],
  ["one-room-for-each-package", "src/transport/graphql/rows.ts", `import { MikroORM } from "@mikro-orm/postgresql";`],
  ["one-room-for-each-package", "src/storage/reader.ts", `import type { GraphQLError } from "graphql";`],
  ["one-room-for-each-package", "src/cli/main.ts", `import { sign } from "@casl/ability";`],
  ["one-room-for-each-package", "audit/inputs.ts", `import tar from "tar-stream";`],
  ["one-room-for-each-package", "src/policy/gate.ts", `import yaml from "some-package-without-a-room";`],
  ["main-stands-on-top", "src/composition/house.ts", `import { startServer } from "../main.ts";`],
  ["environment", "src/transport/passage.ts", `const port = process.env["PORT"];`],
  ["environment", "src/transport/passage.ts", `const { env } = process;`],
  ["environment", "src/transport/passage.ts", `const port = globalThis.process.env.PORT;`],
  ["environment", "src/transport/passage.ts", `import { env } from "node:process";`],
  ["geodesy", "src/geodesy/mgrs.ts", `import { ImageError } from "../storage/imagery/image-error.ts";`],
  ["workbench", "web/workbench/api.ts", `import { levelsOf } from "../../src/storage/imagery/tile-pack.ts";`],
  ["exit", "src/ledger/writer.ts", `if (Date.now() < 0) process.exit(1);`],
  ["log-keys", "src/ledger/publisher.ts", `import { loadLogKey } from "../signing/log-key-file.ts";`],
  ["literal-imports", "src/policy/load.ts", `const name = "./rules.ts"; await import(name);`],
  ["tests-and-tools-stay-outside", "src/tour/steps.ts", `import { createDatabase } from "../../test/database.ts";`],
];

test("every import in the tree is one that the rules allow", () => {
  const violations = checkImports(listTree("{src,audit,migrations,test,bench,tooling,web}/**/*.ts", "*.config.ts"));
  expect(violations.map(describeViolation)).toEqual([]);
});

test.each(PLANTED)("the rule %s catches what is planted in %s: %s", (rule, path, text) => {
  expect(checkImports([{ path, text }]).map((violation) => violation.rule)).toContain(rule);
});

test("every rule has a planted violation", () => {
  const names = [...ROOMS, ...RESERVED]
    .map(({ name }) => name)
    .concat("one-room-for-each-package", "room-without-rule");
  expect(new Set(PLANTED.map(([rule]) => rule))).toEqual(new Set(names));
});

test("a violation names its file, line, rule and reason", () => {
  const [violation] = checkImports([
    { path: "src/datasets/a.ts", text: `\n\nimport { gate } from "../policy/gate.ts";` },
  ]);
  expect(violation && describeViolation(violation)).toMatch(
    /^src\/datasets\/a\.ts:3 datasets: may not reach for src\/policy\/gate\.ts: a domain room/,
  );
});

test("types may be taken where values may not", () => {
  const path = "src/policy/gate.ts";
  expect(checkImports([{ path, text: `import type { Principal } from "../identity/principal.ts";` }])).toEqual([]);
  expect(checkImports([{ path, text: `import { type A, b } from "../identity/principal.ts";` }])).toHaveLength(1);
});
