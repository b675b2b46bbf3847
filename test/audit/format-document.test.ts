import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LEAF_KINDS, PROOF_PATHS, nodeCrypto, parseVkey, utf8, verifyLog } from "../../audit/index.ts";
import * as vocabulary from "../../audit/decisions/vocabulary.ts";
import { flipBit } from "./seeded.ts";

const document = readFileSync(join(import.meta.dirname, "../../audit/FORMAT.md"), "utf8");

/** The text of the document's only code block of a language. */
function block(language: string): string {
  const found = [...document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
  expect(found).toHaveLength(1);
  return found[0]?.[1] ?? "";
}

describe("FORMAT.md", () => {
  test("its program prints what it says, on this Node", () => {
    const printed = execFileSync(process.execPath, ["--input-type=module", "-"], {
      input: block("js"),
      encoding: "utf8",
    });
    expect(printed).toBe(block("text"));
  });
  test("its archive verifies with its key, and with no flipped bit", async () => {
    const vkey = /^vkey (.+)$/m.exec(block("text"))?.[1] ?? "";
    const key = parseVkey(nodeCrypto, vkey);
    const archive = utf8(block("ndjson"));
    const report = await verifyLog({ crypto: nodeCrypto, key, archive: [archive] });
    expect(report).toMatchObject({
      verified: true,
      signed: { size: 1, sections: { opened: 1, sealed: 0, absent: 3 } },
    });
    expect(block("text")).toContain(`chain ${report.signed?.chain}`);
    const end = block("ndjson").indexOf("\n");
    for (let bit = (end + 1) * 8; bit < archive.length * 8; bit += 13) {
      expect((await verifyLog({ crypto: nodeCrypto, key, archive: [flipBit(archive, bit)] })).verified).toBe(false);
    }
  });
  test("names every kind of entry, every proof file and every finding", () => {
    for (const kind of LEAF_KINDS) expect(document).toContain(`\`${kind}\``);
    for (const path of Object.values(PROOF_PATHS)) expect(document).toContain(`\`${path}\``);
    const source = ["core/verdict.ts", "core/delivery-code.ts", "tiles/fsck-report.ts"]
      .map((path) => readFileSync(join(import.meta.dirname, "../../audit", path), "utf8"))
      .join("");
    const codes = [...source.matchAll(/["']([A-Z]+(?:_[A-Z]+)*)["']/g)];
    expect(codes.length).toBeGreaterThan(30);
    for (const [, code] of codes) expect(document, code).toContain(`\`${code}\``);
  });
  test("I6 names every action, role, state and duty, every control with a rule, and every reason why nothing was checked", () => {
    const { ACTIONS, ROLES, STATES, OBLIGATIONS } = vocabulary;
    for (const word of [...ACTIONS.keys(), ...ROLES, ...STATES, ...OBLIGATIONS])
      expect(document).toContain(`\`${word}\``);
    for (const file of ["conditions.ts", "decisions-report.ts", "outcome-entry.ts"]) {
      const source = readFileSync(join(import.meta.dirname, "../../audit/decisions", file), "utf8");
      const codes = [...source.matchAll(/["']([A-Z]{2,}(?:[-_][A-Z]+)*)["']/g)].map(([, code]) => code);
      expect(codes.length, file).toBeGreaterThan(0);
      for (const code of codes) {
        if (code !== "USA") expect(document, code).toMatch(new RegExp(`\`${code}[\`-]`));
      }
    }
  });
});
