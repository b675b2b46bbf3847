import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/index.ts";
import type { Handling } from "../../src/policy/mandatory.ts";
import { INFORMATIONAL_CONTROLS, MANDATORY, mandatory } from "../../src/policy/mandatory.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { profiles } from "./table-world.ts";

const PLAIN: Effective = {
  level: "S",
  sci: [],
  sar: [],
  aea: [],
  nato: [],
  fgi: [],
  controls: [],
  noforn: false,
  relTo: ["GBR"],
  displayTo: ["GBR"],
  jointOwners: null,
  lists: [],
};

function reader(name: string) {
  const profile = profiles.get(name);
  if (!profile) throw new Error(name);
  return profile;
}

function failed(name: string, object: object, handling: Handling = "view"): readonly string[] {
  return mandatory({ reader: reader(name), object: object as Effective, handling }).failed;
}

describe("mandatory conditions", () => {
  test("have unique ids, a sentence and an authority each", () => {
    expect(new Set(MANDATORY.map(({ id }) => id)).size).toBe(MANDATORY.length);
    for (const { id, sentence, authority } of MANDATORY) {
      expect(id).toMatch(/^mac\.[a-z-]+$/);
      expect(sentence).toMatch(/\.$/);
      expect(authority.length).toBeGreaterThan(4);
    }
  });

  test("refuse NOFORN to a foreign reader even where a release stands beside it", () => {
    expect(failed("gbr-s-analyst", PLAIN)).toEqual([]);
    expect(failed("gbr-s-analyst", { ...PLAIN, noforn: true })).toEqual(["mac.noforn"]);
  });

  test.each(["RAWFISA", "NNPI", "ACCM-OTHER", "oc", "toString", "__proto__"])(
    "refuse the control %s, whose rule is not stated",
    (control) => {
      expect(failed("us-s-analyst", { ...PLAIN, controls: [control] })).toContain("mac.unknown-control");
    },
  );

  const cui = (...controls: string[]): Effective => ({ ...PLAIN, controls: ["CUI", ...controls] });
  test("open CUI of every category to US government and its contractors, and to those to whom it is released", () => {
    expect(failed("us-s-analyst", cui("CUI-SP-CTI", "CUI-PRVCY"))).toEqual([]);
    expect(failed("us-contractor", cui("FEDCON"))).toEqual([]);
    expect(failed("gbr-s-analyst", { ...cui(), relTo: [], displayTo: [] })).toEqual(["mac.release"]);
    expect(failed("gbr-s-analyst", cui())).toEqual([]);
  });
  test.each(["FED_ONLY", "NOCON"])("keep %s from contractors only", (control) => {
    expect(failed("us-s-analyst", cui(control))).toEqual([]);
    expect(failed("us-contractor", cui(control))).toEqual(["mac.no-contractors"]);
  });
  test.each(["DL_ONLY", "AC", "AWP", "CUI-", "CUI-sp-cti", "CUI-SP-CTI-X", "XCUI-CTI"])(
    "refuse the CUI control %s, whose readers nothing here names",
    (control) => {
      expect(failed("us-s-analyst", cui(control))).toEqual(["mac.unknown-control"]);
    },
  );

  test.each(Object.keys(INFORMATIONAL_CONTROLS))("keep nobody out for the informational control %s", (control) => {
    expect(failed("us-s-analyst", { ...PLAIN, controls: [control] })).toEqual([]);
  });

  test.each([
    ["sci", "SI-G", "us-ts-orphan-g-analyst", "mac.sci"],
    ["sci", "SI-G-ABCD", "us-ts-g-analyst", "mac.sci"],
    ["sar", "BP-123", "us-sap-analyst", "mac.sar"],
    ["aea", "RD-SG-14", "us-q-analyst", "mac.aea"],
    ["aea", "RD-SG-99", "us-cnwdi-analyst", "mac.aea"],
    ["aea", "NEW", "us-cnwdi-analyst", "mac.aea"],
    ["nato", "BALK", "us-nato-s-analyst", "mac.nato"],
    ["nato", "NATO-X", "us-nato-s-analyst", "mac.nato"],
    ["nato", "NATO-TS", "us-nato-s-analyst", "mac.nato"],
  ])("refuse %s %s to %s", (axis, token, name, condition) => {
    expect(failed(name, { ...PLAIN, [axis]: [token] })).toContain(condition);
  });

  test("open SIGMA to Q with that read-in, and lower NATO levels to a higher read-on", () => {
    const profile = parseProfile({ ...reader("us-q-analyst"), fineAccessControls: ["Q", "SIGMA-14", "NATO-S"] });
    const object = { ...PLAIN, aea: ["FRD", "FRD-SG-14"], nato: ["NATO-C", "NATO-R", "NATO-U"] };
    expect(mandatory({ reader: profile, object, handling: "copy" }).failed).toEqual([]);
  });

  test("do not believe a claim of a US agency that carries another country's name", () => {
    const claim = parseProfile({ ...reader("gbr-s-analyst"), usGovernmentAgency: true });
    expect(
      mandatory({
        reader: claim,
        object: { ...PLAIN, controls: ["OC-USGOV"], lists: ["OC-USGOV:-"] },
        handling: "view",
      }).failed,
    ).toEqual(["mac.orcon-usgov"]);
    const posing = parseProfile({ ...claim, countryOfAffiliation: "USA" });
    expect(
      mandatory({ reader: posing, object: { ...PLAIN, relTo: [], displayTo: [] }, handling: "view" }).failed,
    ).toEqual(["mac.release"]);
  });

  test("oblige a reader of information for display only to look only, and refuse him a copy", () => {
    const display = { ...PLAIN, relTo: [], displayTo: ["GBR"] };
    const look = mandatory({ reader: reader("gbr-s-analyst"), object: display, handling: "view" });
    expect(look).toEqual({ failed: [], obligations: ["VIEW_ONLY"] });
    expect(failed("gbr-s-analyst", display, "copy")).toEqual(["mac.release"]);
    expect(mandatory({ reader: reader("us-s-analyst"), object: display, handling: "copy" })).toEqual({
      failed: [],
      obligations: [],
    });
  });
});

describe("a marking that is not whole", () => {
  const members = Object.keys(PLAIN) as (keyof Effective)[];

  test.each(members)("I9 is refused without %s", (member) => {
    const { [member]: _, ...rest } = PLAIN;
    expect(failed("us-s-analyst", rest)).toEqual(["mac.malformed"]);
  });

  test.each(
    members.flatMap((member) => [undefined, null, "", "S,TS", 3, {}, [1], [""]].map((value) => ({ member, value }))),
  )("I9 is refused with $member as $value", ({ member, value }) => {
    if (member === "jointOwners" && value === null) return;
    expect(failed("us-s-analyst", { ...PLAIN, [member]: value })).toEqual(["mac.malformed"]);
  });

  test("I9 is refused with an axis that no condition looks at, or when it is no object", () => {
    expect(failed("us-s-analyst", { ...PLAIN, ntk: [] })).toEqual(["mac.malformed"]);
    expect(failed("us-s-analyst", Object.create(PLAIN) as object)).toEqual(["mac.malformed"]);
    for (const value of [null, undefined, "SECRET", []])
      expect(failed("us-s-analyst", value as unknown as object)).toEqual(["mac.malformed"]);
  });
});
