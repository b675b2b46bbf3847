import { describe, expect, test } from "vitest";
import { checkAttributes } from "../../src/labeling/attribute-check.ts";
import { parseOntology } from "../../src/labeling/ontology-check.ts";
import type { ClassDefinition } from "../../src/labeling/ontology-check.ts";

const SHIP: ClassDefinition = {
  key: "ship",
  name: "Ship",
  shapes: ["box", "rotatedBox"],
  attributes: [
    { key: "type", type: "choice", required: true, choices: ["cargo", "tanker"] },
    { key: "length", type: "number", required: false, min: 1, max: 500 },
    { key: "moored", type: "boolean", required: false },
    { key: "name", type: "text", required: false, maxLength: 10 },
  ],
};

function codeOf(value: unknown): string {
  const result = parseOntology(value);
  return result.ok ? "taken" : result.code;
}

const withClass = (change: object): unknown => ({ classes: [{ ...SHIP, ...change }] });
const withAttribute = (attribute: object): unknown => withClass({ attributes: [attribute] });

describe("an ontology", () => {
  test("is taken as it stands", () => {
    expect(parseOntology({ classes: [SHIP] })).toEqual({ ok: true, ontology: { classes: [SHIP] } });
  });

  test("has one form: the same JSON whatever the order of members and shapes", () => {
    const turned = { attributes: [], shapes: ["rotatedBox", "box"], name: "Ship", key: "ship" };
    const straight = { key: "ship", name: "Ship", shapes: ["box", "rotatedBox"], attributes: [] };
    expect(JSON.stringify(parseOntology({ classes: [turned] }))).toBe(
      JSON.stringify(parseOntology({ classes: [straight] })),
    );
  });

  test.each([
    ["null", null, "ONTOLOGY_MEMBER"],
    ["a member too many", { classes: [SHIP], version: 1 }, "ONTOLOGY_MEMBER"],
    ["no classes", { classes: [] }, "ONTOLOGY_SIZE"],
    ["too many classes", { classes: Array.from({ length: 501 }, () => SHIP) }, "ONTOLOGY_SIZE"],
    ["two classes of one key", { classes: [SHIP, SHIP] }, "ONTOLOGY_REPEATED"],
    [
      "two attributes of one key",
      withClass({ attributes: [SHIP.attributes[2], SHIP.attributes[2]] }),
      "ONTOLOGY_REPEATED",
    ],
    ["a key with a blank", withClass({ key: "a ship" }), "ONTOLOGY_KEY"],
    ["__proto__ as a key", withClass({ key: "__proto__" }), "ONTOLOGY_KEY"],
    ["a key that is too long", withClass({ key: "k".repeat(65) }), "ONTOLOGY_KEY"],
    ["a blank name", withClass({ name: "  " }), "ONTOLOGY_NAME"],
    ["a name of two lines", withClass({ name: "a\nb" }), "ONTOLOGY_NAME"],
    ["a name with half a character", withClass({ name: "a\ud800" }), "ONTOLOGY_NAME"],
    ["no shapes", withClass({ shapes: [] }), "ONTOLOGY_SIZE"],
    ["an unknown shape", withClass({ shapes: ["circle"] }), "ONTOLOGY_SHAPES"],
    ["a shape twice", withClass({ shapes: ["box", "box"] }), "ONTOLOGY_SHAPES"],
    [
      "an unknown attribute type",
      withAttribute({ key: "a", type: "date", required: false }),
      "ONTOLOGY_ATTRIBUTE_TYPE",
    ],
    ["an attribute without required", withAttribute({ key: "a", type: "text" }), "ONTOLOGY_MEMBER"],
    [
      "choices on a text",
      withAttribute({ key: "a", type: "text", required: false, choices: ["x"] }),
      "ONTOLOGY_MEMBER",
    ],
    [
      "a length on a number",
      withAttribute({ key: "a", type: "number", required: false, maxLength: 3 }),
      "ONTOLOGY_MEMBER",
    ],
    ["a choice without choices", withAttribute({ key: "a", type: "choice", required: false }), "ONTOLOGY_CHOICES"],
    [
      "a choice twice",
      withAttribute({ key: "a", type: "choice", required: false, choices: ["x", "x"] }),
      "ONTOLOGY_CHOICES",
    ],
    [
      "a minimum above the maximum",
      withAttribute({ key: "a", type: "number", required: false, min: 2, max: 1 }),
      "ONTOLOGY_RANGE",
    ],
    [
      "an endless maximum",
      withAttribute({ key: "a", type: "number", required: false, max: Infinity }),
      "ONTOLOGY_RANGE",
    ],
    ["a length of nothing", withAttribute({ key: "a", type: "text", required: false, maxLength: 0 }), "ONTOLOGY_RANGE"],
  ])("refuses %s", (_name, value, code) => {
    expect(codeOf(value)).toBe(code);
  });
});

describe("attributes", () => {
  test("come out sorted by name, texts in NFC", () => {
    const result = checkAttributes(SHIP, { type: "tanker", name: "e\u0301", length: 120.5, moored: true });
    expect(JSON.stringify(result.ok && result.attributes)).toBe(
      '{"length":120.5,"moored":true,"name":"é","type":"tanker"}',
    );
  });

  test.each([
    ["a list", [], "ATTRIBUTE_SHAPE"],
    ["a text", "type", "ATTRIBUTE_SHAPE"],
    ["an attribute that the class does not have", { type: "cargo", colour: "red" }, "ATTRIBUTE_UNKNOWN"],
    ["an attribute of the prototype", JSON.parse('{"type":"cargo","__proto__":"x"}'), "ATTRIBUTE_UNKNOWN"],
    ["nothing where something is required", null, "ATTRIBUTE_REQUIRED"],
    ["null where something is required", { type: null }, "ATTRIBUTE_REQUIRED"],
    ["what is no choice", { type: "submarine" }, "ATTRIBUTE_CHOICE"],
    ["a number for a choice", { type: 1 }, "ATTRIBUTE_TYPE"],
    ["a text for a number", { type: "cargo", length: "12" }, "ATTRIBUTE_TYPE"],
    ["NaN", { type: "cargo", length: Number.NaN }, "ATTRIBUTE_TYPE"],
    ["a number out of range", { type: "cargo", length: 501 }, "ATTRIBUTE_RANGE"],
    ["1 for true", { type: "cargo", moored: 1 }, "ATTRIBUTE_TYPE"],
    ["a text that is too long", { type: "cargo", name: "x".repeat(11) }, "ATTRIBUTE_LENGTH"],
    ["a text of two lines", { type: "cargo", name: "a\nb" }, "ATTRIBUTE_TEXT"],
    ["half a character", { type: "cargo", name: "\udc00" }, "ATTRIBUTE_TEXT"],
  ])("refuses %s", (_name, value, code) => {
    const result = checkAttributes(SHIP, value);
    expect(result.ok ? "taken" : result.code).toBe(code);
  });

  test("null and undefined mean none where none is required", () => {
    const bare = { ...SHIP, attributes: [] };
    expect(checkAttributes(bare, null)).toEqual({ ok: true, attributes: {} });
    expect(checkAttributes(bare, undefined)).toEqual({ ok: true, attributes: {} });
    expect(checkAttributes(SHIP, { type: "cargo", length: null })).toEqual({ ok: true, attributes: { type: "cargo" } });
  });
});
