import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeStatedBanner } from "../../src/markings/compilation.ts";
import { sortCodes } from "../../src/markings/country.ts";
import type { Effective } from "../../src/markings/effective.ts";
import { effectiveOf, joinEffective } from "../../src/markings/effective.ts";
import type { Marking } from "../../src/markings/marking.ts";
import { MarkingError, rankOf } from "../../src/markings/marking.ts";
import { parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import type { RollUp } from "../../src/markings/rollup.ts";
import { rollUpDocument } from "../../src/markings/rollup.ts";
import { allMarkings, SEED } from "../markings/arbitrary.ts";
import { marked, register } from "../markings/register-data.ts";

// A failure prints its seed and path: fc.assert(property, { seed, path }) repeats it.
const runs = (numRuns: number) => ({
  seed: SEED,
  numRuns: process.env["CAVEAT_LONG"] === "1" ? numRuns * 20 : numRuns,
});

const contributions = (markings: readonly Marking[]) => markings.map((marking) => ({ marking, createdOn: null }));

/** The roll-up; null where no banner is legal, and any other fault than a MarkingError is thrown. */
const rolled = (markings: readonly Marking[]): RollUp | null => {
  try {
    return rollUpDocument(contributions(markings), register);
  } catch (error) {
    if (error instanceof MarkingError) return null;
    throw error;
  }
};

const joinOf = (markings: readonly Marking[]): Effective =>
  markings.map((marking) => effectiveOf(marking, register)).reduce(joinEffective);

/** Why a control of the portions may be missing in the banner (standards A.5 steps 4, 6, 7 and 8, and A.6). */
const mayBeDropped = (control: string, banner: Effective): boolean => {
  const classified = banner.level !== "U";
  if (control === "FOUO") return classified || banner.controls.length > 0 || banner.aea.length > 0;
  if (control === "OC-USGOV") return banner.controls.includes("OC");
  if (control === "XD") return banner.controls.includes("ND");
  if (control === "DS" || control === "SBU") return classified;
  if (control === "NOCON" || control === "FEDCON")
    return banner.controls.includes("FED_ONLY") || (classified && banner.noforn);
  if (control === "FED_ONLY" || control === "DL_ONLY") return classified && banner.noforn;
  return (control.startsWith("CUI") || control === "AC" || control === "AWP") && classified;
};

const mayBeDroppedAea = (token: string, banner: Effective): boolean => {
  if (token === "DCNI" || token === "UCNI") return banner.level !== "U" && banner.noforn;
  if (token === "TFNI") return banner.aea.includes("RD") || banner.aea.includes("FRD");
  return token.startsWith("FRD") && banner.aea.includes(token.slice(1));
};

const lists = fc.array(allMarkings, { minLength: 1, maxLength: 4 });

/** Portions of which each releases, or shows, the common codes and some of its own. */
const released = fc
  .record({
    word: fc.constantFrom("REL TO USA,", "DISPLAY ONLY"),
    common: fc.subarray(["AUS", "CAN", "GBR", "JPN", "ACGU", "FVEY", "KFOR", "NATO", "TEYE"], { minLength: 1 }),
    own: fc.array(fc.subarray(["DEU", "GBR", "NZL", "FVEY", "GFNX", "NATO"]), { minLength: 1, maxLength: 3 }),
  })
  .map(({ word, common, own }) => ({
    common,
    portions: own.map((codes) =>
      marked(parsePortion(`(S//${word} ${sortCodes([...common, ...codes], register).join(", ")})`, register)),
    ),
  }));

describe("roll-up of any portions", () => {
  test("is a legal banner that reads back, and says everything that may not be dropped", () => {
    let made = 0;
    let cui = 0;
    fc.assert(
      fc.property(lists, (markings) => {
        const banner = rolled(markings)?.banner;
        if (banner === undefined) return;
        made += 1;
        if (banner.cui !== undefined) cui += 1;
        expect(marked(parseBanner(renderBanner(banner, register), register))).toStrictEqual(banner);
        const [above, join] = [effectiveOf(banner, register), joinOf(markings)];
        const shown = `${markings.map((marking) => renderPortion(marking, register)).join(" ")} => ${renderBanner(banner, register)}`;
        expect(rankOf(above.level), shown).toBeGreaterThanOrEqual(rankOf(join.level));
        expect([above.sci, above.sar], shown).toStrictEqual([join.sci, join.sar]);
        expect(
          join.nato.filter((token) => !above.nato.includes(token) && !token.startsWith("NATO-")),
          shown,
        ).toStrictEqual([]);
        expect(
          join.controls.filter((control) => !above.controls.includes(control) && !mayBeDropped(control, above)),
          shown,
        ).toStrictEqual([]);
        expect(
          join.aea.filter((token) => !above.aea.includes(token) && !mayBeDroppedAea(token, above)),
          shown,
        ).toStrictEqual([]);
        if (!above.fgi.includes("*"))
          expect(
            join.fgi.filter((source) => !above.fgi.includes(source)),
            shown,
          ).toStrictEqual([]);
        if (join.noforn) expect(above.noforn, shown).toBe(true);
      }),
      runs(900),
    );
    expect(made).toBeGreaterThan(500);
    expect(cui).toBeGreaterThan(20);
  });
  test("releases and shows to no country to which a caveated or classified portion does not", () => {
    fc.assert(
      fc.property(lists, (markings) => {
        const banner = rolled(markings)?.banner;
        if (banner === undefined) return;
        const above = effectiveOf(banner, register);
        const bare = (marking: Marking): boolean => renderPortion(marking, register) === "(U)";
        for (const portion of markings
          .filter((marking) => !bare(marking))
          .map((marking) => effectiveOf(marking, register))) {
          expect(above.relTo.filter((country) => !portion.relTo.includes(country))).toStrictEqual([]);
          expect(above.displayTo.filter((country) => !portion.displayTo.includes(country))).toStrictEqual([]);
        }
      }),
      runs(600),
    );
  });
  test("is that of its own portion mark: what is rolled up once more stays as it is", () => {
    let listed = 0;
    fc.assert(
      fc.property(lists, (markings) => {
        const banner = rolled(markings)?.banner;
        if (banner === undefined) return;
        if (banner.relTo.length > 0 || banner.displayOnlyTo.length > 0) listed += 1;
        const text = renderPortion(banner, register);
        const again = rolled([marked(parsePortion(text, register))])?.banner;
        expect(again, text).toStrictEqual(banner);
      }),
      runs(600),
    );
    expect(listed).toBeGreaterThan(10);
  });
  test("keeps every code that all of them list, and stays as it is when it is rolled up once more", () => {
    fc.assert(
      fc.property(released, ({ common, portions }) => {
        const banner = rolled(portions)?.banner;
        const text = banner === undefined ? "" : renderPortion(banner, register);
        const listed = [...(banner?.relTo ?? []), ...(banner?.displayOnlyTo ?? [])];
        expect(
          common.filter((code) => !listed.includes(code)),
          text,
        ).toStrictEqual([]);
        expect(rolled([marked(parsePortion(text, register))])?.banner).toStrictEqual(banner);
      }),
      runs(300),
    );
  });
  test("does not depend on their order or on repetitions", () => {
    fc.assert(
      fc.property(lists, (markings) => {
        const once = rolled(markings);
        expect(rolled([...markings].reverse())).toStrictEqual(once);
        expect(rolled([...markings, ...markings])).toStrictEqual(once);
      }),
      runs(300),
    );
  });
  test("absorbs its portions: rolled up together with them it stays what it is", () => {
    let same = 0;
    fc.assert(
      fc.property(lists, (markings) => {
        const banner = rolled(markings)?.banner;
        if (banner === undefined) return;
        const text = renderBanner(banner, register);
        expect(judgeStatedBanner(banner, contributions(markings), null, register), text).toBe("same");
        const portion = marked(parsePortion(renderPortion(banner, register), register));
        const again = rolled([...markings, portion])?.banner;
        if (again !== undefined && renderBanner(again, register) === text) same += 1;
      }),
      runs(400),
    );
    expect(same).toBeGreaterThan(150);
  });
  test("one more portion never lowers the level or takes away a compartment, a program or NOFORN", () => {
    fc.assert(
      fc.property(lists, allMarkings, (markings, added) => {
        const [before, after] = [rolled(markings)?.banner, rolled([...markings, added])?.banner];
        if (before === undefined || after === undefined) return;
        const [less, more] = [effectiveOf(before, register), effectiveOf(after, register)];
        expect(rankOf(more.level)).toBeGreaterThanOrEqual(rankOf(less.level));
        expect([...less.sci, ...less.sar].filter((token) => ![...more.sci, ...more.sar].includes(token))).toStrictEqual(
          [],
        );
        if (less.noforn) expect(more.noforn).toBe(true);
      }),
      runs(600),
    );
  });
});
