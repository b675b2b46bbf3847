import { describe, expect, test } from "vitest";
import { attemptLabel } from "../../src/markings/ism-form.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { readStanag, writeStanag } from "../../src/markings/stanag.ts";
import { registerFiles } from "./register-data.ts";
import { label, of, TIMES } from "./stanag-labels.ts";

describe("the mapping table", () => {
  type Table = {
    policies: {
      name: string;
      uri: string;
      owners: string[];
      classifications: Record<string, string>;
      categories: Record<string, unknown>[];
    }[];
  };
  const broken = (change: (nato: Table["policies"][number], table: Table) => void): unknown => {
    const files = registerFiles();
    const table = files["stanag-4774"] as unknown as Table;
    const [nato] = table.policies;
    if (nato === undefined) throw new Error("no policy");
    change(nato, table);
    try {
      parseRegister(files, "v");
      return "accepted";
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : error;
    }
  };
  const at = (list: Record<string, unknown>[], index: number): Record<string, unknown> => list[index] ?? {};
  test.each<[string, (nato: Table["policies"][number], table: Table) => void]>([
    ["a restriction that says nothing", (nato) => (at(nato.categories, 3)["type"] = "RESTRICTIVE")],
    ["tokens of which one is enough", (nato) => (at(nato.categories, 2)["type"] = "PERMISSIVE")],
    ["a release that is information", (nato) => (at(nato.categories, 1)["type"] = "INFORMATIVE")],
    ["a context that is information", (nato) => (at(nato.categories, 0)["type"] = "INFORMATIVE")],
    ["an unknown type", (nato) => (at(nato.categories, 0)["type"] = "OTHER")],
    ["an unknown meaning", (nato) => (at(nato.categories, 0)["says"] = "much")],
    ["a meaning of every object", (nato) => (at(nato.categories, 0)["says"] = "toString")],
    ["a member of another meaning", (nato) => (at(nato.categories, 0)["values"] = ["NATO"])],
    ["an unknown attribute", (nato) => (at(nato.categories, 2)["attribute"] = "controls")],
    ["two words for one token", (nato) => (at(nato.categories, 2)["values"] = { A: "NATO-BALK", B: "NATO-BALK" })],
    ["a list of tokens", (nato) => (at(nato.categories, 2)["values"] = ["ATOMAL"])],
    ["a category twice", (nato) => nato.categories.push(at(nato.categories, 0))],
    ["one attribute in two categories", (nato) => nato.categories.push({ ...at(nato.categories, 2), tag: "Other" })],
    ["an unknown level", (nato) => (nato.classifications["SECRET"] = "Q")],
    ["two words for one level", (nato) => (nato.classifications["GEHEIM"] = "S")],
    ["two policies of one name", (nato, table) => table.policies.push({ ...nato, uri: "urn:x", owners: ["DEU"] })],
    ["two policies of one identifier", (nato, table) => table.policies.push({ ...nato, name: "X", owners: ["DEU"] })],
    ["two policies of one owner", (nato, table) => table.policies.push({ ...nato, name: "X", uri: "urn:x" })],
    ["an owner that is no country", (nato) => nato.owners.push("ZZZ")],
    ["a context that is no country", (nato) => (at(nato.categories, 0)["value"] = "ZZZZ")],
    ["a release together with what is no country", (nato) => (at(nato.categories, 1)["with"] = ["ZZZ"])],
    ["a home that is no country", (nato) => (at(nato.categories, 1)["home"] = "ZZZ")],
    ["a NATO control that is not registered", (nato) => (at(nato.categories, 2)["values"] = { X: "NATO-X" })],
    ...(
      [
        ["SCIcontrols", "SI-ZZZ"],
        ["SARIdentifier", "SAR-STATE:BP"],
        ["SARIdentifier", "SAR-DOD:"],
        ["atomicEnergyMarkings", "RD-SG-1"],
        ["atomicEnergyMarkings", "XRD-SG-14"],
        ["atomicEnergyMarkings", "RD-SG-14X"],
        ["atomicEnergyMarkings", "FRD-CNWDI"],
        ["atomicEnergyMarkings", "TFNI-SG-14"],
        ["disseminationControls", "RAWFISA"],
        ["nonICmarkings", "NNPI"],
        ["ownerProducer", "USA"],
        ["classification", "S"],
      ] as const
    ).map(([attribute, token]): [string, (nato: Table["policies"][number]) => void] => [
      `${attribute} ${token}, which the register does not have`,
      (nato) => Object.assign(at(nato.categories, 2), { attribute, values: { X: token } }),
    ]),
    ["a policy without categories", (nato) => Reflect.deleteProperty(nato, "categories")],
    ["a category without a tag", (nato) => Reflect.deleteProperty(at(nato.categories, 0), "tag")],
  ])("is refused with %s", (_, change) => {
    expect(broken(change)).toBe("E_REGISTER");
  });
  test.each([
    ["SCIcontrols", "SI-G-ABCD"],
    ["SARIdentifier", "SAR-DOD:BP-123"],
    ["SARIdentifier", "SAR-DOD:BP-123-X"],
    ["atomicEnergyMarkings", "RD-CNWDI"],
    ["atomicEnergyMarkings", "FRD-SG-14"],
    ["atomicEnergyMarkings", "TFNI"],
    ["disseminationControls", "FISA"],
    ["nonICmarkings", "LES"],
  ])("may map a word to %s %s, which the register has", (attribute, token) => {
    expect(broken((nato) => Object.assign(at(nato.categories, 2), { attribute, values: { X: token } }))).toBe(
      "accepted",
    );
  });
  test("is accepted as it is, and without it nothing is mapped", () => {
    expect(broken(() => undefined)).toBe("accepted");
    const { register: own, countries, tetragraphs, cui } = registerFiles();
    const bare = parseRegister({ register: own, countries, tetragraphs, cui }, "v");
    expect(attemptLabel(() => readStanag(label(), bare))).toMatchObject({ ok: false, code: "E_MAPPING" });
    expect(attemptLabel(() => writeStanag(of("SECRET"), TIMES, bare))).toMatchObject({ ok: false, code: "E_MAPPING" });
  });
});
