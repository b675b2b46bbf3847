import { describe, expect, test } from "vitest";
import { formatPolicy, verifyDecisions, nodeCrypto } from "../../audit/index.ts";
import { SIGNER, check, codesOf, linesOf, makeArchive, policyOf, samplePolicies } from "./archive-fixture.ts";
import type { CarriedPolicy } from "./archive-fixture.ts";

const MIB = 1_048_576;
const [FIRST, SECOND] = samplePolicies() as [CarriedPolicy, CarriedPolicy];

/** An archive of six entries, signed at three and six, with these policies behind its first line. */
function carrying(...policies: readonly (CarriedPolicy | string)[]): string[] {
  const [header = "", ...rest] = linesOf(makeArchive(6, [3, 6]));
  return [header, ...policies.map((one) => (typeof one === "string" ? one : formatPolicy(one))), ...rest];
}

async function found(lines: readonly string[]): Promise<string[]> {
  const report = await check(lines);
  expect(report.verified).toBe(report.findings.length === 0);
  // Whoever takes decisions again checks the log by the same rules.
  const archive = [new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""))];
  const decisions = await verifyDecisions({ crypto: nodeCrypto, key: SIGNER.key, archive, policies: [] });
  expect(decisions.log).toEqual(report);
  expect(decisions.verified).toBe(false);
  if (!report.verified) expect(decisions.recomputed).toBeNull();
  return codesOf(report);
}

describe("I5 the policies that an archive carries", () => {
  test("verify with it, whichever and however many there are, and an archive without any verifies as before", async () => {
    expect(await found(carrying())).toEqual([]);
    expect(await found(carrying(FIRST))).toEqual([]);
    expect(await found(carrying(FIRST, SECOND))).toEqual([]);
    const many = Array.from({ length: 300 }, (_, at) => policyOf({ "label.json": `{"rules": ${at}}` }));
    expect(await found(carrying(...many.toSorted((a, b) => (a.version < b.version ? -1 : 1))))).toEqual([]);
  });
  test("a policy with other rule text than its version's is POLICY_MISMATCH at its line, and nothing is said of decisions", async () => {
    const changed = (files: Record<string, string>): CarriedPolicy => ({
      version: SECOND.version,
      files: new Map(Object.entries({ ...Object.fromEntries(SECOND.files), ...files })),
    });
    const lies: readonly CarriedPolicy[] = [
      { version: SECOND.version, files: FIRST.files },
      changed({ "label.json": '{"noun": "label", "rules": []}' }),
      changed({ "program.json": "{}" }),
      { version: SECOND.version, files: new Map([...SECOND.files].slice(1)) },
      { version: SECOND.version, files: new Map([...SECOND.files].map(([name, text]) => [name, `${text} `])) },
    ];
    for (const lie of lies) expect(await found(carrying(FIRST, lie))).toEqual(["POLICY_MISMATCH line:3"]);
  });
  test("a text that is moved from one file into the next is POLICY_MISMATCH", async () => {
    const whole = policyOf({ "a.json": "12", "b.json": "3" });
    const moved = new Map([
      ["a.json", "1"],
      ["b.json", "23"],
    ]);
    expect(await found(carrying({ version: whole.version, files: moved }))).toEqual(["POLICY_MISMATCH line:2"]);
  });
  test("a policy twice, or before one of a smaller version, is refused", async () => {
    expect(await found(carrying(FIRST, FIRST))).toEqual(["ARCHIVE_MALFORMED line:3"]);
    expect(await found(carrying(SECOND, FIRST))).toEqual(["ARCHIVE_MALFORMED line:3"]);
    expect(await found(carrying(FIRST, SECOND, FIRST))).toEqual(["ARCHIVE_MALFORMED line:4"]);
  });
  test("a policy behind an entry, a checkpoint or the end line, and before the first line, is refused", async () => {
    const lines = carrying(FIRST);
    const checkpoint = lines.findIndex((line) => line.startsWith('{"checkpoint"'));
    const second = formatPolicy(SECOND);
    for (const at of [3, checkpoint + 1, lines.length]) {
      expect(await found(lines.toSpliced(at, 0, second))).toEqual([`ARCHIVE_MALFORMED line:${at + 1}`]);
    }
    expect(await found([second, ...lines])).toEqual(["ARCHIVE_MALFORMED line:1"]);
    const early = linesOf(makeArchive(6, [0, 6]));
    expect(await found(early.toSpliced(2, 0, second))).toEqual(["ARCHIVE_MALFORMED line:3"]);
    expect(await found(early.toSpliced(1, 0, second))).toEqual([]);
  });
  test("an unknown, a missing and a repeated member, another spelling and another version are refused", async () => {
    const line = [FIRST, SECOND].map(formatPolicy).find((text) => text.includes("é")) ?? "";
    const spellings = [
      line.replace('{"policy"', '{"also":1,"policy"'),
      line.replace(/,"rules":.*$/, "}"),
      line.replace('{"policy"', `{"policy":"${SECOND.version}","policy"`),
      line.replace('"rules":{', '"rules":{"label.json":"x",'),
      line.replace('"rules":{', '"rules": {'),
      line.replace("é", "\\u00e9"),
      line.replace("é", "e\u0301"),
      line.replace("sha384:", "sha256:"),
      line.replace("sha384:", "SHA384:"),
      line.replace(/[0-9a-f]"/, '"'),
      `{"policy":"${SECOND.version}","rules":[]}`,
      `{"policy":"${SECOND.version}","rules":{"label.json":1}}`,
      `{"policy":"${SECOND.version}","rules":null}`,
    ];
    for (const spelling of spellings) {
      expect(spelling).not.toBe(line);
      expect(await found(carrying(spelling)), spelling).toEqual(["ARCHIVE_MALFORMED line:2"]);
    }
  });
  test.each([
    "rules/label.json",
    "../label.json",
    "label.csv",
    "Label.json",
    ".json",
    "label.json\0",
    "__proto__",
    "a b.json",
    `${"a".repeat(65)}.json`,
  ])("a rule file with the name %j is refused under the right version, too", async (name) => {
    expect(await found(carrying(policyOf(Object.fromEntries([[name, "{}"]]))))).toEqual(["ARCHIVE_MALFORMED line:2"]);
  });
  test("no rule files, an empty one and more than 64 are refused under the right version, too", async () => {
    const named = (count: number): CarriedPolicy =>
      policyOf(Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}.json`, "{}"])));
    expect(await found(carrying(named(0)))).toEqual(["ARCHIVE_MALFORMED line:2"]);
    expect(await found(carrying(policyOf({ "label.json": "" })))).toEqual(["ARCHIVE_MALFORMED line:2"]);
    expect(await found(carrying(named(64)))).toEqual([]);
    expect(await found(carrying(named(65)))).toEqual(["ARCHIVE_MALFORMED line:2"]);
  });
  test("policies of more than 16 MiB are refused, in one line or in several", async () => {
    const large = (mark: string, bytes: number): CarriedPolicy => policyOf({ "label.json": mark.repeat(bytes) });
    const [a, b] = [large("a", 8 * MIB), large("b", 8 * MIB)].toSorted((x, y) => (x.version < y.version ? -1 : 1));
    if (!a || !b) throw new Error("two policies");
    expect(await found(carrying(a))).toEqual([]);
    expect(await found(carrying(a, b))).toEqual(["ARCHIVE_MALFORMED line:3"]);
    expect(await found(carrying(large("c", 16 * MIB)))).toEqual(["ARCHIVE_MALFORMED line:2"]);
  });
});
