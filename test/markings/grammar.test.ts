import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Form, Marking } from "../../src/markings/marking.ts";
import { MarkingError, rankOf, saysNoforn } from "../../src/markings/marking.ts";
import { dominates, effectiveOf, joinEffective } from "../../src/markings/effective.ts";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import { rollUp } from "../../src/markings/rollup.ts";
import { markings, SEED } from "./arbitrary.ts";
import { marked, ownVectors, register, sharedVectors } from "./register-data.ts";

const parse = (text: string, form: Form) =>
  form === "banner" ? parseBanner(text, register) : parsePortion(text, register);
const render = (marking: Marking, form: Form) => (form === "banner" ? renderBanner : renderPortion)(marking, register);

const rolled = (portions: readonly Marking[]): Marking | null => {
  try {
    return rollUp(portions, register);
  } catch (error) {
    if (error instanceof MarkingError) return null;
    throw error;
  }
};

describe("grammar", () => {
  test("a portion mark reads back to the marking that it was made of", () => {
    fc.assert(
      fc.property(markings, (marking) => {
        expect(marked(parsePortion(renderPortion(marking, register), register))).toStrictEqual(marking);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
  test("a banner reads back to the marking that it was made of, unless the owner is concealed", () => {
    fc.assert(
      fc.property(markings, (marking) => {
        const read = marked(parseBanner(renderBanner(marking, register), register));
        if (marking.owners.includes("FGI"))
          expect(read).toMatchObject({ kind: "US", fgi: { concealed: true, sources: [] } });
        else expect(read).toStrictEqual(marking);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

const NAMES_NEVER = [
  "NF",
  "NOFORN",
  "OC",
  "ORCON",
  "REL",
  "RELIDO",
  "FGI",
  "RD",
  "FRD",
  "TFNI",
  "FOUO",
  "SI",
  "TK",
  "HCS",
  "SAR",
  "RS",
  "RSEN",
  "IMC",
  "IMCON",
  "PR",
  "PROPIN",
  "DS",
  "XD",
  "ND",
  "SBU",
  "LES",
  "SSI",
  "DISPLAY",
  "ONLY",
  "FISA",
  "DSEN",
  "NATO",
  "JOINT",
  "TOP",
  "SECRET",
  "EYES",
  "CUI",
  "WAIVED",
  "MULTIPLE",
  "ATOMAL",
  "BALK",
  "BOHEMIA",
];

const namesIn = ({ sci, sar }: Marking): readonly string[] => [
  ...sar.flatMap(({ program }) => program.split(" ")),
  ...[...sci, ...sar].flatMap(({ compartments }) => compartments.flatMap(({ id, subs }) => [id, ...subs])),
];

/** Small repeatable generator (mulberry32); Math.random would not repeat a failure. */
const randomOf = (seed: number) => {
  let state = seed;
  return (bound: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
};

const PIECES = [
  "//",
  "/",
  "-",
  " ",
  ", ",
  ",",
  "(",
  ")",
  "A",
  "9",
  "USA",
  "GBR",
  "NATO",
  "FVEY",
  "UK",
  "TOP SECRET",
  "SECRET",
  "TS",
  "S",
  "R",
  ...NAMES_NEVER,
  "REL TO USA, GBR",
  "SAR-",
  "SI-G",
  "FGI GBR",
  "RD-SIGMA 14",
  "DISPLAY ONLY AFG",
  "a",
  "\u0000",
  "é",
  "__proto__",
];

/** A seeded sample in npm test, the whole campaign in npm run test:long. */
const MUTATIONS = process.env["CAVEAT_LONG"] === "1" ? 400_000 : 6_000;

describe("mutations of valid markings", () => {
  test("never crash, read back to the same structure when accepted, and never make a name of a reserved word", () => {
    const rows = [...ownVectors().valid, ...(sharedVectors()?.valid ?? [])];
    const random = randomOf(SEED);
    let accepted = 0;
    for (let i = 0; i < MUTATIONS; i += 1) {
      const row = rows[random(rows.length)];
      if (row === undefined) continue;
      let text = row.marking;
      for (let steps = 1 + random(3); steps > 0; steps -= 1) {
        const at = random(text.length + 1);
        const piece = PIECES[random(PIECES.length)] ?? "";
        const removed = random(3) === 0 ? 0 : 1 + random(4);
        text = text.slice(0, at) + (random(4) === 0 ? "" : piece) + text.slice(at + removed);
      }
      const result = parse(text, row.form);
      if (!result.ok) {
        expect(result.code).toMatch(/^E_[A-Z_]+$/);
        continue;
      }
      accepted += 1;
      expect(
        namesIn(result.marking).filter((name) => NAMES_NEVER.includes(name)),
        text,
      ).toStrictEqual([]);
      const rendered = render(result.marking, row.form);
      expect(marked(parse(rendered, row.form)), text).toStrictEqual(result.marking);
      // Nothing is dropped: apart from full titles every accepted text is printed back letter for letter.
      if (row.marking === row.rendered) expect(rendered).toBe(text);
    }
    expect(accepted).toBeGreaterThan(100);
  }, 600_000);
  test("a control that stands in the text stands in the structure", () => {
    for (const separator of ["/", "-", " ", "//"]) {
      for (const program of ["BP", "BP-123", "BP-123 X", "BUTTER POPCORN"]) {
        const result = parseBanner(`SECRET//SAR-${program}${separator}NOFORN`, register);
        expect(result.ok && !saysNoforn(result.marking)).toBe(false);
        expect(result.ok).toBe(separator === "//");
      }
    }
  });
  test("refuses a very long text without slowness", () => {
    expect(parseBanner(`SECRET//${"SAR-A ".repeat(200_000)}`, register)).toMatchObject({ ok: false, code: "E_SYNTAX" });
  });
});

describe("roll-up", () => {
  const lists = fc.array(markings, { minLength: 1, maxLength: 4 });
  test("gives a banner that reads back, at no lower level, with every compartment and program", () => {
    let made = 0;
    fc.assert(
      fc.property(lists, (portions) => {
        const banner = rolled(portions);
        if (banner === null) return;
        made += 1;
        expect(marked(parseBanner(renderBanner(banner, register), register))).toStrictEqual(banner);
        const [above, join] = [
          effectiveOf(banner, register),
          portions.map((portion) => effectiveOf(portion, register)).reduce(joinEffective),
        ];
        expect(rankOf(banner.level)).toBeGreaterThanOrEqual(rankOf(join.level));
        expect([above.sci, above.sar]).toStrictEqual([join.sci, join.sar]);
        expect(above.noforn || !join.noforn).toBe(true);
      }),
      { seed: SEED, numRuns: 600 },
    );
    expect(made).toBeGreaterThan(400);
  });
  test("does not depend on the order of the portions", () => {
    fc.assert(
      fc.property(lists, (portions) => {
        expect(rolled([...portions].reverse())).toStrictEqual(rolled(portions));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
  test("releases to no country that a caveated or classified portion does not release to", () => {
    fc.assert(
      fc.property(lists, (portions) => {
        const banner = rolled(portions);
        if (banner === null) return;
        const caveated = portions.filter(
          (portion) => portion.level !== "U" || portion.dissem.length + portion.nonIc.length > 0,
        );
        const above = effectiveOf(banner, register);
        for (const portion of caveated.map((marking) => effectiveOf(marking, register))) {
          expect(above.relTo.every((country) => portion.relTo.includes(country))).toBe(true);
          expect(above.displayTo.every((country) => portion.displayTo.includes(country))).toBe(true);
        }
      }),
      { seed: SEED, numRuns: 600 },
    );
  });
  test("refuses an empty list and a combination that no banner can hold", () => {
    expect(() => rollUp([], register)).toThrow(expect.objectContaining({ code: "E_EMPTY" }));
    const texts = ["(//CTS//BOHEMIA)", "(S//NF)"].map((text) => marked(parsePortion(text, register)));
    expect(() => rollUp(texts, register)).toThrow(expect.objectContaining({ code: "E_NATO" }));
  });
  test("is not the join: it may be lower, which is why it decides no access", () => {
    const portions = ["(U//FOUO)", "(S//NF)"].map((text) => marked(parsePortion(text, register)));
    const join = portions.map((portion) => effectiveOf(portion, register)).reduce(joinEffective);
    expect(dominates(effectiveOf(rollUp(portions, register), register), join)).toBe(false);
  });
});
