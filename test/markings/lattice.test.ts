import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BOTTOM, dominates, effectiveOf, joinEffective, meetEffective } from "../../src/markings/effective.ts";
import type { Effective } from "../../src/markings/effective.ts";
import { allMarkings, SEED } from "./arbitrary.ts";
import { register } from "./register-data.ts";

const base = allMarkings.map((marking) => effectiveOf(marking, register));
const elements: fc.Arbitrary<Effective> = fc.oneof(
  base,
  fc.tuple(base, base).map(([a, b]) => meetEffective(a, b)),
  fc.tuple(base, base).map(([a, b]) => joinEffective(a, b)),
  fc.constant(BOTTOM),
);

const holds = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>): void => {
  fc.assert(property, { seed: SEED, numRuns: 400 });
};

const same = (a: Effective, b: Effective): boolean => JSON.stringify(a) === JSON.stringify(b);

describe("effective lattice", () => {
  test("dominates is reflexive, and antisymmetric in the canonical form", () => {
    holds(
      fc.property(
        elements,
        elements,
        (a, b) => dominates(a, a) && (!(dominates(a, b) && dominates(b, a)) || same(a, b)),
      ),
    );
  });
  test("dominates is transitive", () => {
    holds(
      fc.property(elements, elements, elements, (a, b, c) => {
        const middle = joinEffective(b, c);
        const top = joinEffective(a, middle);
        return (
          dominates(top, middle) &&
          dominates(middle, c) &&
          dominates(top, c) &&
          (!(dominates(a, b) && dominates(b, c)) || dominates(a, c))
        );
      }),
    );
  });
  test("join is the least upper bound", () => {
    holds(
      fc.property(elements, elements, elements, (a, b, c) => {
        const join = joinEffective(a, b);
        return dominates(join, a) && dominates(join, b) && (dominates(c, a) && dominates(c, b)) === dominates(c, join);
      }),
    );
  });
  test("join is below every upper bound that is built", () => {
    holds(
      fc.property(elements, elements, elements, (a, b, c) =>
        dominates(joinEffective(joinEffective(a, c), b), joinEffective(a, b)),
      ),
    );
  });
  test("meet is the greatest lower bound", () => {
    holds(
      fc.property(elements, elements, elements, (a, b, c) => {
        const meet = meetEffective(a, b);
        const below = meetEffective(meet, c);
        return (
          dominates(a, meet) &&
          dominates(b, meet) &&
          (dominates(a, c) && dominates(b, c)) === dominates(meet, c) &&
          dominates(meet, below)
        );
      }),
    );
  });
  test("join and meet are commutative, associative, idempotent and absorb one another", () => {
    holds(
      fc.property(elements, elements, elements, (a, b, c) => {
        for (const op of [joinEffective, meetEffective]) {
          expect(op(a, b)).toStrictEqual(op(b, a));
          expect(op(op(a, b), c)).toStrictEqual(op(a, op(b, c)));
          expect(op(a, a)).toStrictEqual(a);
        }
        expect(joinEffective(a, meetEffective(a, b))).toStrictEqual(a);
        expect(meetEffective(a, joinEffective(a, b))).toStrictEqual(a);
      }),
    );
  });
  test("BOTTOM is below everything and changes nothing in a join", () => {
    holds(
      fc.property(
        elements,
        (a) => dominates(a, BOTTOM) && same(joinEffective(a, BOTTOM), a) && same(meetEffective(a, BOTTOM), BOTTOM),
      ),
    );
  });
  test("display reaches every country that release reaches, and NOFORN reaches none", () => {
    holds(
      fc.property(
        elements,
        (a) =>
          a.relTo.every((country) => country === "USA" || a.displayTo.includes(country)) &&
          (!a.noforn || a.displayTo.length === 0),
      ),
    );
  });
  test("releasing to one more country lowers a marking, to one less raises it", () => {
    holds(
      fc.property(elements, fc.constantFrom("FRA", "GBR", "ITA"), (a, country) => {
        const wider = meetEffective(a, { ...a, relTo: [country], displayTo: [country] });
        const narrower = joinEffective(a, {
          ...a,
          relTo: a.relTo.filter((code) => code !== country),
          displayTo: a.displayTo,
        });
        return (
          dominates(a, wider) && dominates(narrower, a) && wider.relTo.some((code) => code === country || code === "*")
        );
      }),
    );
  });
  test("adding a token to any set raises a marking", () => {
    holds(
      fc.property(elements, fc.constantFrom("sci", "sar", "aea", "nato", "fgi", "controls"), (a, set) => {
        const more = joinEffective(a, { ...BOTTOM, [set]: ["ZZ"] });
        return dominates(more, a) && !dominates(a, more);
      }),
    );
  });
});
