import { expect, test } from "vitest";
import { RegisterError } from "../../src/markings/register-fields.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { registerFiles } from "./register-data.ts";

type Files = ReturnType<typeof registerFiles>;
type Member = Record<string, unknown>;

/** The place that a register is refused for. */
const refusedAt = (change: (files: Files) => void): string => {
  const files = registerFiles();
  change(files);
  try {
    parseRegister(files, "v");
    return "nowhere";
  } catch (error) {
    if (!(error instanceof RegisterError)) throw error;
    expect(error.code).toBe("E_REGISTER");
    return /^markings register, (.+?): /.exec(error.message)?.[1] ?? error.message;
  }
};

const listIn = (file: Member, name: string): Member[] => file[name] as Member[];
const at = (list: Member[], index: number): Member => list[index] ?? {};
const policyOfNato = (files: Files): Member => at(listIn(files["stanag-4774"], "policies"), 0);
const U = { levels: ["U"] };

/** Calls an entry of the mapping table of NITF otherwise. */
const rename =
  (list: string, from: string, to: string) =>
  ({ nitf }: Files): void => {
    const { [from]: value, ...rest } = nitf[list] as Member;
    nitf[list] = { ...rest, [to]: value };
  };

test.each<[string, string, (files: Files) => void]>([
  ["countries that are a number", "countries.json.extras", ({ countries }) => (countries["extras"] = 1)],
  [
    "countries that are missing",
    "countries.json.extras",
    ({ countries }) => Reflect.deleteProperty(countries, "extras"),
  ],
  [
    "countries without the United States",
    "countries.json",
    ({ countries }) => Reflect.deleteProperty(countries["countries"] as object, "USA"),
  ],
  [
    "a group with a member that is no country",
    "tetragraphs.json.groups[2]",
    ({ tetragraphs }) => (at(listIn(tetragraphs, "groups"), 2)["members"] = ["XXX"]),
  ],
  [
    "a control system of any name beside those that are listed",
    "sci",
    ({ register }) => listIn(register, "sci").push({ names: "any", ...U }),
  ],
  [
    "an entry below a sub-compartment",
    "sci[0].below[0].below[0].below[0]",
    ({ register }) => {
      const entry = (name: string, below: readonly Member[]): Member => ({ names: [name], ...U, below });
      register["sci"] = [entry("A", [entry("B", [entry("C", [entry("D", [])])])])];
    },
  ],
  [
    "a choice that there is not",
    "rollUp.foreignRestricted",
    ({ register }) => ((register["rollUp"] as Member)["foreignRestricted"] = "SECRET"),
  ],
  [
    "a policy of an owner that is no country",
    "stanag-4774.json, NATO",
    (files) => (policyOfNato(files)["owners"] = ["NATO", "ZZZ"]),
  ],
  [
    "a category of an attribute that there is not",
    "stanag-4774.json.policies[0].categories[2].attribute",
    (files) => {
      const category = at(listIn(policyOfNato(files), "categories"), 2);
      category["attribute"] = "controls";
      Reflect.deleteProperty(category, "values");
    },
  ],
  [
    "a word for a SIGMA number of what the register gives none",
    "stanag-4774.json, NATO, Additional Sensitivity",
    (files) => {
      Reflect.deleteProperty(at(listIn(files.register, "aea"), 1), "sigmaLevels");
      const category = at(listIn(policyOfNato(files), "categories"), 2);
      Object.assign(category, { attribute: "atomicEnergyMarkings", values: { X: "FRD-SG-14" } });
    },
  ],
  ["a mapping table of NITF with a member that is not known", "nitf.json", ({ nitf }) => (nitf["labels"] = {})],
  [
    "classifications of NITF that are a number",
    "nitf.json.classifications",
    ({ nitf }) => (nitf["classifications"] = 5),
  ],
  ["systems of NITF that are nothing", "nitf.json.systems", ({ nitf }) => (nitf["systems"] = null)],
  ["countries of NITF that are a list", "nitf.json.countries", ({ nitf }) => (nitf["countries"] = [])],
  ["a CLAS of two letters", "nitf.json.classifications", rename("classifications", "T", "TS")],
  ["a CLAS with a digit before its letter", "nitf.json.classifications", rename("classifications", "T", "1T")],
  ["a CLSY of three letters", "nitf.json.systems", rename("systems", "US", "USA")],
  ["a digraph of three letters", "nitf.json.controls", rename("controls", "SI", "SIX")],
  ["a country of REL of three letters", "nitf.json.countries", rename("countries", "UK", "GBR")],
  [
    "a digraph for what is no control",
    "nitf.json.controls.NF.attribute",
    ({ nitf }) => ((nitf["controls"] as Member)["NF"] = { attribute: "ownerProducer", token: "USA" }),
  ],
  [
    "a digraph for a control that the register does not have",
    "nitf.json.controls.NF",
    ({ nitf }) => ((nitf["controls"] as Member)["NF"] = { attribute: "disseminationControls", token: "EYES" }),
  ],
  ["a system of no country", "nitf.json", ({ nitf }) => ((nitf["systems"] as Member)["US"] = "ZZZ")],
])("%s is refused where it stands: %s", (_, place, change) => {
  expect(refusedAt(change)).toBe(place);
});

test("a register that is whole is refused nowhere", () => {
  expect(refusedAt(() => undefined)).toBe("nowhere");
});
