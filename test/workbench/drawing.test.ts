import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseShape } from "../../src/labeling/shape-parse.ts";
import { Drawing, fixIn } from "../../web/workbench/drawing.ts";
import type { Drawn, Shape } from "../../web/workbench/drawing.ts";
import { boxBetween, isOn, moved } from "../../web/workbench/shapes.ts";

const [WIDTH, HEIGHT] = [640, 480];
const position = fc.tuple(
  fc.double({ min: -50, max: 700, noNaN: true }),
  fc.double({ min: -50, max: 700, noNaN: true }),
);
const box = (x: number): Shape => ({ kind: "box", x, y: 1, width: 4, height: 4 });
const drawn = (id: string, x = 0): Drawn => ({ id, classKey: "ship", shape: box(x), attributes: {} });

type Step = (drawing: Drawing) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.nat(20).map((n): Step => (drawing) => {
    const id = `d${n}`;
    if (!drawing.drawn.some((one) => one.id === id)) drawing.add(drawn(id));
  }),
  fc.nat(20).map(
    (n): Step =>
      (drawing) =>
        drawing.remove(`d${n}`),
  ),
  fc.tuple(fc.nat(20), fc.nat(9)).map(
    ([n, x]): Step =>
      (drawing) =>
        drawing.replace(drawn(`d${n}`, x)),
  ),
);
/** What is there, by id: what comes back comes back on top. */
const content = (drawing: Drawing): Drawn[] => drawing.drawn.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe("a drawing", () => {
  test("undone step by step it is as it was, and done again as it became, also from what a draft kept", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, back) => {
        const drawing = new Drawing();
        const states = [content(drawing)];
        for (const one of steps) {
          one(drawing);
          const now = content(drawing);
          if (JSON.stringify(now) !== JSON.stringify(states.at(-1))) states.push(now);
        }
        const undone = Math.min(back, states.length - 1);
        for (let n = 0; n < undone; n += 1) drawing.undo();
        expect(content(drawing)).toEqual(states.at(-1 - undone));
        const again = Drawing.from(JSON.parse(JSON.stringify(drawing.keep())));
        for (let n = 0; n < undone; n += 1) again.redo();
        expect(content(again)).toEqual(states.at(-1));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test("what is no draft is an empty drawing", () => {
    for (const kept of [null, 7, "x", [], {}, { format: 3, drawn: [], done: [], undone: [] }, { format: 1, drawn: 3 }])
      expect(Drawing.from(kept).drawn).toEqual([]);
  });

  test("what is half drawn is kept with it, of each tool what was set last, and nothing of it that has another form", () => {
    const drawing = new Drawing();
    const half = (tool: "polygon" | "polyline", corners: number) => ({
      tool,
      classKey: "ship",
      corners: Array.from({ length: corners }, (_, n) => [n, n] as const),
    });
    const versions = [drawing.version];
    for (const one of [half("polygon", 1), half("polyline", 3), half("polygon", 60), half("polyline", 0)]) {
      drawing.setHalf(one);
      versions.push(drawing.version);
    }
    // Each of them is something that is not saved yet; that nothing is half drawn where nothing was, is none.
    expect(versions).toEqual([0, 1, 2, 3, 4]);
    drawing.setHalf(half("polyline", 0));
    expect(drawing.version).toBe(4);
    const kept = JSON.parse(JSON.stringify(drawing.keep())) as object;
    expect(Drawing.from(kept).half).toEqual([half("polygon", 60)]);
    const strange = [
      null,
      7,
      { ...half("polygon", 2), tool: "box" },
      { ...half("polygon", 2), tool: "constructor" },
      { ...half("polygon", 2), classKey: 3 },
      { ...half("polygon", 2), corners: [[1, "2"]] },
      { ...half("polygon", 2), corners: [[1, null]] },
      { ...half("polygon", 2), corners: [[1, 2, 3]] },
      half("polygon", 0),
    ];
    for (const one of [...strange.map((of) => [of]), strange, "x", {}])
      expect(Drawing.from({ ...kept, half: one }).half).toEqual([]);
    expect(Drawing.from({ ...kept, half: [half("polygon", 2), half("polygon", 3)] }).half).toEqual([
      half("polygon", 2),
    ]);
  });

  test("what is said while it is judged is kept beside a fix, and tells which of the two it was", () => {
    const fix = new Drawing();
    fix.add(drawn("a"));
    expect([fixIn(null), fixIn(fix.keep())]).toEqual(["none", "open"]);
    const pin = { x: 1, y: 2, text: "here" };
    for (const [draft, then] of [
      [null, "none"],
      [fix.keep(), "begun"],
    ] as const) {
      const said = Drawing.from(draft);
      said.judged = { fixes: fixIn(draft) !== "none" };
      said.pins = [pin];
      said.remark = "look";
      const kept = JSON.parse(JSON.stringify(said.keep())) as object;
      expect(fixIn(kept)).toBe(then);
      const again = Drawing.from(kept);
      expect([again.pins, again.remark, again.drawn.length, again.judged]).toEqual([
        [pin],
        "look",
        then === "begun" ? 1 : 0,
        null,
      ]);
    }
    for (const pins of ["x", [null], [{ x: "1", y: 2, text: "" }], [{ x: 1, y: 2 }]])
      expect(Drawing.from({ ...fix.keep(), pins }).pins).toEqual([]);
  });

  test("the time that was worked on it is kept with it, and is none where what is kept is no such time", () => {
    const drawing = new Drawing();
    expect(drawing.keep().activeMs).toBeUndefined();
    drawing.activeMs = 61_000;
    expect(drawing.version).toBe(0);
    const kept = JSON.parse(JSON.stringify(drawing.keep())) as object;
    expect(Drawing.from(kept).activeMs).toBe(61_000);
    const all = ["1", null, {}, 1.5, -1, 1e300].map((activeMs) => Drawing.from({ ...kept, activeMs }).activeMs);
    expect(all).toEqual([0, 0, 0, 0, 0, 86_400_000]);
  });

  test("what is put into it together is one step, undone, done again and kept as a whole, however much it is", () => {
    const many = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => drawn(`${prefix}${n}`));
    const drawing = new Drawing();
    drawing.add(drawn("first"));
    drawing.addAll(many(900, "a"));
    drawing.addAll([]);
    drawing.add(drawn("last"));
    const counts: number[] = [];
    for (const act of ["undo", "undo", "undo", "undo", "redo", "redo", "redo", "redo"] as const) {
      drawing[act]();
      counts.push(drawing.drawn.length);
    }
    expect(counts).toEqual([901, 1, 0, 0, 1, 901, 902, 902]);
    // A part of a step is not kept: it could not be undone.
    const again = Drawing.from(JSON.parse(JSON.stringify(drawing.keep())));
    again.undo();
    again.undo();
    expect(again.drawn).toHaveLength(901);
    drawing.undo();
    drawing.undo();
    const undone = Drawing.from(JSON.parse(JSON.stringify(drawing.keep())));
    undone.redo();
    expect(undone.drawn).toHaveLength(1);

    const few = new Drawing();
    few.addAll(many(3, "b"));
    few.addAll(many(2, "c"));
    few.undo();
    const kept = Drawing.from(JSON.parse(JSON.stringify(few.keep())));
    kept.redo();
    expect(kept.drawn).toHaveLength(5);
    kept.undo();
    kept.undo();
    expect(kept.drawn).toEqual([]);
  });

  test("of two hundred steps and more the last two hundred are undone, those of many changes among them", () => {
    const drawing = new Drawing();
    for (let n = 0; n < 150; n += 1) drawing.add(drawn(`a${n}`));
    drawing.addAll(Array.from({ length: 300 }, (_, n) => drawn(`b${n}`)));
    for (let n = 0; n < 60; n += 1) drawing.add(drawn(`c${n}`));
    for (let n = 0; n < 300; n += 1) drawing.undo();
    expect(drawing.drawn).toHaveLength(150 + 1 + 60 - 200);
  });

  test("a new step after some were undone leaves nothing to do again", () => {
    const drawing = new Drawing();
    drawing.add(drawn("a"));
    drawing.undo();
    drawing.add(drawn("b"));
    drawing.redo();
    expect(drawing.drawn.map(({ id }) => id)).toEqual(["b"]);
  });
});

describe("shapes", () => {
  test("whatever is drawn, and moved however far, the server takes", () => {
    const grid = { width: WIDTH, height: HEIGHT };
    fc.assert(
      fc.property(position, position, position, (from, to, by) => {
        const made = boxBetween(from, to, WIDTH, HEIGHT);
        if (made === null) return;
        expect(parseShape(made, grid)).toMatchObject({ ok: true });
        expect(parseShape(moved(made, by, WIDTH, HEIGHT), grid)).toMatchObject({ ok: true });
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  test("a place is on a shape where it is inside it, and near a point", () => {
    const triangle: Shape = {
      kind: "polygon",
      rings: [
        [
          [0, 0],
          [10, 0],
          [0, 10],
        ],
      ],
    };
    expect([isOn(triangle, [2, 2], 1), isOn(triangle, [8, 8], 1)]).toEqual([true, false]);
    const square = (from: number, to: number) =>
      [
        [from, from],
        [to, from],
        [to, to],
        [from, to],
      ] as const;
    const holed: Shape = { kind: "polygon", rings: [square(0, 10), square(3, 7)] };
    expect([isOn(holed, [1, 1], 0), isOn(holed, [5, 5], 0), isOn(holed, [12, 5], 0)]).toEqual([true, false, false]);
    expect([isOn(box(5), [7, 3], 0), isOn(box(5), [12, 3], 0)]).toEqual([true, false]);
    expect([isOn({ kind: "point", x: 5, y: 5 }, [8, 9], 5), isOn({ kind: "point", x: 5, y: 5 }, [8, 9], 4)]).toEqual([
      true,
      false,
    ]);
  });
});
