import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkDocuments } from "../../src/rulebook/check.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { documentsText } from "../../src/rulebook/documents.ts";
import { readPolicyFolder } from "../../src/rulebook/folder.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { cleanEnvironment } from "../server/running-server.ts";

const FOLDER = join(packageRoot(), "policies");
const shipped = readPolicyFolder(FOLDER);

interface RuleText {
  id: string;
  effect: string;
  actions: string[];
  sentence: string;
  authority: string;
  pair?: object;
  row?: object;
}

function edited(path: string, edit: (rules: RuleText[]) => RuleText[]): PolicyDocuments {
  const file = JSON.parse(shipped[path] ?? "") as { noun: string; rules: RuleText[] };
  return { ...shipped, [path]: JSON.stringify({ ...file, rules: edit(file.rules) }) };
}

const added = (path: string, rule: Omit<RuleText, "sentence" | "authority">): PolicyDocuments =>
  edited(path, (rules) => [...rules, { sentence: "Made for a test only.", authority: "none at all", ...rule }]);

const codes = (documents: PolicyDocuments): string[] => [
  ...new Set(checkDocuments(documents).findings.map(({ code }) => code)),
];

test("the shipped policy has neither errors nor warnings", () => {
  const report = checkDocuments(shipped);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ ok: true, documentsSha384: documentsText(shipped).sha384 });
  expect(report.decisions).toBeGreaterThan(10_000);
});

describe("what is wrong is found", () => {
  const analyst = { roles: ["analyst"] };
  const cases: [string, PolicyDocuments, string][] = [
    [
      "an action without rules",
      edited("rules/audit.json", (r) => r.filter((x) => !x.id.startsWith("audit.own"))),
      "rules-refused",
    ],
    [
      "a rule file that is missing",
      Object.fromEntries(Object.entries(shipped).filter(([path]) => path !== "rules/label.json")),
      "rules-refused",
    ],
    ["a rule file that is not JSON", { ...shipped, "rules/label.json": "{" }, "rules-refused"],
    [
      "an unknown operator",
      added("rules/asset.json", {
        id: "asset.x",
        effect: "deny",
        actions: ["asset.read"],
        pair: { roles: "any", when: "noon" },
      }),
      "rules-refused",
    ],
    ["a file that is no document", { ...shipped, "rules/notes.txt": "" }, "document-unknown"],
    ["a register that does not load", { ...shipped, "markings/countries.json": "{}" }, "register-refused"],
    [
      "a misspelt token in a refusal",
      added("rules/asset.json", {
        id: "asset.x",
        effect: "deny",
        actions: ["asset.read"],
        pair: { roles: "any", holdsAny: { controls: ["ORCON"] } },
      }),
      "name-unknown",
    ],
    [
      "a country that there is not",
      added("rules/asset.json", {
        id: "asset.x",
        effect: "deny",
        actions: ["asset.read"],
        pair: { roles: "any", countries: ["QQQ"] },
      }),
      "name-unknown",
    ],
    [
      "a row that no longer holds",
      edited("rules/asset.json", (r) => r.map((x) => (x.id === "asset.create.roles" ? { ...x, pair: analyst } : x))),
      "decision-differs",
    ],
    [
      "an action that no row expects allowed",
      { ...shipped, "tables/person.csv": (shipped["tables/person.csv"] ?? "").replaceAll(/^.*,allow,.*\n/gm, "") },
      "action-without-allow",
    ],
    [
      "an action that no row expects denied",
      { ...shipped, "tables/person.csv": (shipped["tables/person.csv"] ?? "").replaceAll(/^.*,deny,.*\n/gm, "") },
      "action-without-deny",
    ],
    [
      "a row that names nobody known",
      { ...shipped, "tables/asset.csv": (shipped["tables/asset.csv"] ?? "").replace("us-steward", "us-stewart") },
      "table-refused",
    ],
    [
      "a rule that matches no row",
      added("rules/asset.json", {
        id: "asset.x",
        effect: "deny",
        actions: ["asset.read"],
        row: { state: ["REVOKED"] },
      }),
      "rule-never-matches",
    ],
    [
      "a refusal of what nothing allows",
      added("rules/asset.json", { id: "asset.x", effect: "deny", actions: ["asset.read"], row: { member: false } }),
      "rule-without-effect",
    ],
    [
      "an allow that is refused everywhere",
      edited("rules/label.json", (r) => [
        ...r,
        { ...(r[0] as RuleText), id: "label.x", effect: "deny", pair: { roles: "any" } },
      ]),
      "rule-shadowed",
    ],
    [
      "a rule that repeats another",
      added("rules/asset.json", { id: "asset.x", effect: "allow", actions: ["asset.read"], pair: analyst }),
      "rule-repeats",
    ],
    [
      "a rule that no expected decision rests on",
      added("rules/asset.json", {
        id: "asset.x",
        effect: "deny",
        actions: ["asset.read"],
        pair: { roles: "any", countries: ["FRA"] },
      }),
      "rule-untested",
    ],
    [
      "a profile that no row uses",
      {
        ...shipped,
        "tables/profiles.json": (shipped["tables/profiles.json"] ?? "").replace(
          /"us-ts-analyst": ({.*})/,
          '"us-ts-analyst": $1,\n  "spare": $1',
        ),
      },
      "name-unused",
    ],
  ];
  test.each(cases)("%s", (_name, documents, code) => {
    expect(codes(documents)).toContain(code);
  });
});

test("the hash of documents changes with each of them, with their names, and with where one ends", () => {
  const hashes = [
    shipped,
    ...Object.keys(shipped).map((path) => ({ ...shipped, [path]: `${shipped[path]} ` })),
    { "rules/a.json": "bc" },
    { "rules/a.json": "b", c: "" },
    { "rules/ab.json": "c" },
  ].map((one) => documentsText(one).sha384);
  expect(new Set(hashes).size).toBe(hashes.length);
});

describe("caveat policy check", () => {
  const folder = mkdtempSync(join(tmpdir(), "caveat-policy-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const caveat = (...words: string[]) =>
    spawnSync(join(packageRoot(), "bin", "caveat"), ["policy", "check", ...words], {
      encoding: "utf8",
      env: cleanEnvironment(),
    });

  test("answers 0 for a good folder, 1 for a bad one, 1 for warnings under --strict, 2 for none", () => {
    cpSync(FOLDER, folder, { recursive: true });
    writeFileSync(
      join(folder, "tables", "profiles.json"),
      (shipped["tables/profiles.json"] ?? "").replace(/"us-ts-analyst": ({.*})/, '"us-ts-analyst": $1,\n  "spare": $1'),
    );
    const warned = caveat(folder, "--json");
    expect(warned.status).toBe(0);
    expect(JSON.parse(warned.stdout)).toMatchObject({ ok: true, findings: [{ code: "name-unused" }] });
    expect(caveat(folder, "--strict").status).toBe(1);
    rmSync(join(folder, "rules", "label.json"));
    const refused = caveat(folder);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain("rules/label.json");
    expect(caveat(join(folder, "nowhere")).status).toBe(2);
  });
});
