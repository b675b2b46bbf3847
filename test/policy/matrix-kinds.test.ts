import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/index.ts";
import { ACTIONS, actionBit } from "../../src/policy/actions.ts";
import type { Action } from "../../src/policy/actions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { Matrix, matrixOf, pairBits } from "../../src/policy/matrix.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { GBR, reader } from "./condition-readers.ts";
import { planted } from "./planted-rules.ts";
import { effective } from "./table-world.ts";

const SECRET = effective("SECRET");
const TOKENS = ["HCS", "SI", "SI-G", "TK"];
const READERS = {
  analyst: reader({ role: ["analyst"], fineAccessControls: TOKENS }),
  steward: reader({ role: ["steward"], fineAccessControls: TOKENS }),
  able: reader({ role: ["analyst"], fineAccessControls: TOKENS, "environment.honors": ["BANNER", "NO_CACHE"] }),
  half: reader({ role: ["analyst"], fineAccessControls: TOKENS, "environment.honors": ["BANNER"] }),
  unread: reader({ role: ["analyst"] }),
  british: reader({ ...GBR, role: ["analyst"] }),
};

/** Markings that rules tell apart, and some that they do not; the reader of all of them may read most. */
const OBJECTS: Readonly<Record<string, Effective>> = {
  plain: SECRET,
  unclassified: effective("UNCLASSIFIED"),
  top: effective("TOP SECRET"),
  si: { ...SECRET, sci: ["SI"] },
  tk: { ...SECRET, sci: ["TK"] },
  both: { ...SECRET, sci: ["SI", "TK"] },
  other: { ...SECRET, sci: ["HCS"] },
  more: { ...SECRET, sci: ["HCS", "SI", "SI-G"] },
  fouo: { ...SECRET, controls: ["FOUO"] },
  fouoSi: { ...SECRET, controls: ["FOUO"], sci: ["SI"] },
  released: effective("SECRET//REL TO USA, GBR"),
  shown: effective("SECRET//DISPLAY ONLY GBR"),
};

const any = (holdsAny: object) => ({ roles: "any", holdsAny });
const POLICIES = {
  "rules that look at nothing": () => planted({ id: "label.steward", pair: { roles: ["steward"] } }),
  "a refusal by token": () => planted({ id: "label.si", pair: any({ sci: ["SI"] }) }),
  "two refusals that name tokens of one set": () =>
    planted(
      { id: "label.si", pair: any({ sci: ["SI"] }) },
      { id: "label.tk", actions: ["label.create"], pair: any({ sci: ["TK"] }) },
    ),
  "a refusal by level beside one by control": () =>
    planted(
      { id: "asset.top", actions: ["asset.read"], pair: { roles: ["analyst"], levelAtLeast: "TS" } },
      { id: "label.fouo", pair: any({ controls: ["FOUO"] }) },
    ),
  "an allow up to a level": () =>
    planted({ id: "label.low", effect: "allow", pair: { roles: ["analyst"], levelAtMost: "S" } }),
  "duties for all, and by token": () =>
    planted(
      { id: "label.banner", effect: "oblige", pair: { roles: "any" }, obligations: ["BANNER"] },
      {
        id: "label.cache",
        effect: "oblige",
        actions: ["label.read", "label.create"],
        pair: any({ sci: ["SI"] }),
        obligations: ["NO_CACHE"],
      },
    ),
} satisfies Record<string, () => Policy>;

/** The actions whose bit is set. */
function actionsOf(bits: bigint): readonly Action[] {
  return ACTIONS.filter((action) => ((bits >> BigInt(actionBit(action))) & 1n) === 1n);
}

function slowly(policy: Policy, profile: AccessProfile, object: Effective): readonly Action[] {
  return ACTIONS.filter((action) => decidePair(policy, profile, object, action).allow);
}

describe.each(Object.entries(POLICIES))("the matrix under %s", (_, make) => {
  test("I1 says of each cell what decidePair says of each action, in whatever order cells are asked for", () => {
    const policy = make();
    const cells = Object.entries(READERS).flatMap(([who, profile]) =>
      Object.entries(OBJECTS).map(([what, object]) => ({ who, what, profile, object })),
    );
    const expected = cells.map(({ who, what, profile, object }) => [who, what, slowly(policy, profile, object)]);
    const matrix = new Matrix(policy);
    const asked = cells.map(({ who, what, profile, object }) => {
      const bits = matrix.row(profile)(matrix.column(object));
      return [who, what, actionsOf(bits)];
    });
    expect(asked).toEqual(expected);
    const other = new Matrix(policy);
    const backwards = cells.toReversed().map(({ profile, object }) => other.row(profile)(other.column(object)));
    expect(backwards.toReversed().map(actionsOf)).toEqual(expected.map(([, , actions]) => actions));
  });
});

describe("cells of the matrix", () => {
  const bitsOf = (policy: Policy, object: Effective, profile = READERS.analyst) =>
    actionsOf(pairBits(policy, profile, object));

  test("I1 lose exactly the actions of a refusal whose token they hold", () => {
    const policy = POLICIES["a refusal by token"]();
    const without = ACTIONS.filter((action) => action !== "label.read");
    expect(bitsOf(policy, SECRET)).toEqual(ACTIONS);
    expect(bitsOf(policy, { ...SECRET, sci: ["SI"] })).toEqual(without);
    expect(bitsOf(policy, { ...SECRET, sci: ["TK"] })).toEqual(ACTIONS);
    expect(bitsOf(policy, { ...SECRET, sci: ["SI", "TK"] })).toEqual(without);
    expect(bitsOf(policy, SECRET, READERS.steward)).toEqual(ACTIONS);
  });

  test("I9 lose exactly the actions with a duty that the reader cannot do", () => {
    const policy = POLICIES["duties for all, and by token"]();
    const but = (...left: readonly string[]) => ACTIONS.filter((action) => !left.includes(action));
    const si = { ...SECRET, sci: ["SI"] };
    expect(bitsOf(policy, SECRET)).toEqual(but("label.read"));
    expect(bitsOf(policy, SECRET, READERS.half)).toEqual(ACTIONS);
    expect(bitsOf(policy, si, READERS.half)).toEqual(but("label.read", "label.create"));
    expect(bitsOf(policy, si, READERS.able)).toEqual(ACTIONS);
  });
});

describe("the kind of a marking", () => {
  const policy = POLICIES["two refusals that name tokens of one set"]();
  const kind = (object: Effective) => new Matrix(policy).column(object).kind;

  test("I1 differs where a rule can tell markings apart", () => {
    const told = [SECRET, OBJECTS["si"], OBJECTS["tk"], OBJECTS["both"]].map((object) => kind(object ?? SECRET));
    expect(new Set(told).size).toBe(4);
  });

  test("is the same for markings that differ in what no rule names, so that they are decided once", () => {
    const si = (change: Partial<Effective>) => kind({ ...SECRET, sci: ["SI"], ...change });
    expect(si({ level: "TS", noforn: true, controls: ["FOUO"], relTo: ["GBR", "USA"] })).toBe(si({}));
    expect(si({ sci: ["SI", "SI-G"] })).toBe(si({ sci: ["HCS", "SI"] }));
  });
});

describe("I9 the matrix opens nothing", () => {
  const look = { id: "label.look", effect: "oblige", pair: any({ sci: ["SI"] }), obligations: ["BANNER"] };
  const failing = {
    id: "mac.failing",
    sentence: "A condition that fails.",
    authority: "a test",
    holds: (): boolean => {
      throw new TypeError("a condition that fails");
    },
  };

  test("I9 on a marking that is not whole, even where no condition is asked", () => {
    const matrix = new Matrix(planted(look), []);
    const { sci: _left, ...rest } = SECRET;
    const column = matrix.column(rest as Effective);
    expect(column.effective).toBeNull();
    expect(matrix.row(READERS.analyst)(matrix.column(SECRET))).not.toBe(0n);
    expect(matrix.row(READERS.analyst)(column)).toBe(0n);
  });

  test("I9 where a condition fails to answer", () => {
    const policy = planted();
    const open = new Matrix(policy, []);
    expect(open.row(READERS.analyst)(open.column(SECRET))).not.toBe(0n);
    const matrix = new Matrix(policy, [failing]);
    expect(matrix.row(READERS.analyst)(matrix.column(SECRET))).toBe(0n);
  });

  test("I9 by an action whose rules cannot be asked about a column that was put together by hand", () => {
    const matrix = new Matrix(POLICIES["a refusal by token"](), []);
    const { sci: _left, ...rest } = SECRET;
    const bits = matrix.row(READERS.analyst)({ effective: rest as Effective, kind: "by hand" });
    expect(actionsOf(bits)).not.toContain("label.read");
  });

  test("I9 to a profile that is not whole", () => {
    const { role: _left, ...rest } = READERS.analyst;
    expect(pairBits(planted(), rest as AccessProfile, SECRET)).toBe(0n);
  });
});

test("a policy has one matrix, and another policy another", () => {
  const policy = planted();
  expect(matrixOf(policy)).toBe(matrixOf(policy));
  expect(matrixOf(planted())).not.toBe(matrixOf(policy));
});
