import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Marking } from "../../src/markings/marking.ts";
import { MarkingError, rankOf } from "../../src/markings/marking.ts";
import { dominates, effectiveOf, joinEffective } from "../../src/markings/effective.ts";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import { rollUp } from "../../src/markings/rollup.ts";
import { allMarkings, markings, SEED } from "./arbitrary.ts";
import { marked, register } from "./register-data.ts";

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
      fc.property(allMarkings, (marking) => {
        expect(marked(parsePortion(renderPortion(marking, register), register))).toStrictEqual(marking);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
  test("a banner reads back to the marking that it was made of, unless the owner is concealed", () => {
    fc.assert(
      fc.property(allMarkings, (marking) => {
        const read = marked(parseBanner(renderBanner(marking, register), register));
        if (marking.owners.includes("FGI"))
          expect(read).toMatchObject({ kind: "US", fgi: { concealed: true, sources: [] } });
        else expect(read).toStrictEqual(marking);
      }),
      { seed: SEED, numRuns: 1000 },
    );
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
