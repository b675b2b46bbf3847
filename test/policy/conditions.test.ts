import { describe, expect, test } from "vitest";
import { underLists } from "../../src/markings/index.ts";
import type { Effective } from "../../src/markings/index.ts";
import { ACTIONS, handlingOf } from "../../src/policy/actions.ts";
import { MANDATORY, mandatory, mandatoryObligations, passesMandatory } from "../../src/policy/mandatory.ts";
import type { Handling } from "../../src/policy/mandatory.ts";
import { COMPANY, CONTRACTOR, EXCHANGE, GBR, objectOf, reader } from "./condition-readers.ts";
import { effective } from "./table-world.ts";

/** One row: what somebody holds and a marking ('@ lists' after it), with exactly the conditions that fail when he looks. */
type Row = readonly [change: Readonly<Record<string, unknown>>, marking: string, failed: readonly string[]];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "1 level": [
    [{ clearance: "U" }, "UNCLASSIFIED", []],
    [{ clearance: "U" }, "CONFIDENTIAL", ["mac.level"]],
    [{ clearance: "R" }, "//GBR RESTRICTED//REL TO USA, GBR", []],
    [{ clearance: "U" }, "//GBR RESTRICTED//REL TO USA, GBR", ["mac.level"]],
    [{ clearance: "C" }, "SECRET", ["mac.level"]],
    [{ clearance: "S" }, "SECRET", []],
    [{ clearance: "S" }, "TOP SECRET", ["mac.level"]],
    [{ clearance: "TS" }, "TOP SECRET", []],
  ],
  "2 SCI": [
    [{}, "TOP SECRET//SI", ["mac.sci"]],
    [{ fineAccessControls: ["TK"] }, "TOP SECRET//SI", ["mac.sci"]],
    [{ fineAccessControls: ["SI"] }, "TOP SECRET//SI", []],
    [{ fineAccessControls: ["SI"] }, "TOP SECRET//SI/TK//NOFORN", ["mac.sci"]],
    [{ fineAccessControls: ["SI", "TK"] }, "TOP SECRET//SI/TK//NOFORN", []],
    [{ fineAccessControls: ["SI", "SI-G"] }, "TOP SECRET//SI-G ABCD//ORCON/NOFORN", ["mac.sci", "mac.orcon"]],
  ],
  "3 SAP": [
    [{}, "SECRET//SAR-BP", ["mac.sar"]],
    [{ fineAccessControls: ["SAR-BP"] }, "SECRET//SAR-BP", []],
    [{ fineAccessControls: ["BP"] }, "SECRET//SAR-BP", ["mac.sar"]],
    [{ fineAccessControls: ["SAR-BP"] }, "SECRET//SAR-BP-123", ["mac.sar"]],
    [{ fineAccessControls: ["SAR-BP-123"] }, "SECRET//SAR-BP-123", ["mac.sar"]],
    [{ fineAccessControls: ["SAR-BP", "SAR-BP-123"] }, "SECRET//SAR-BP-123", []],
  ],
  "4 AEA": [
    [{}, "SECRET//RD//NOFORN", ["mac.aea"]],
    [{ fineAccessControls: ["Q"] }, "SECRET//RD//NOFORN", []],
    [{ fineAccessControls: ["L"] }, "SECRET//RD//NOFORN", ["mac.aea"]],
    [{ fineAccessControls: ["Q"] }, "SECRET//FRD//NOFORN", []],
    [{ fineAccessControls: ["Q"] }, "SECRET//RD-CNWDI//NOFORN", ["mac.aea"]],
    [{ fineAccessControls: ["CNWDI"] }, "SECRET//RD-CNWDI//NOFORN", ["mac.aea"]],
    [{ fineAccessControls: ["CNWDI", "Q"] }, "SECRET//RD-CNWDI//NOFORN", []],
    [{ fineAccessControls: ["Q", "SIGMA-14"] }, "SECRET//RD-SIGMA 14 18//NOFORN", ["mac.aea"]],
    [{ fineAccessControls: ["Q", "SIGMA-14", "SIGMA-18"] }, "SECRET//RD-SIGMA 14 18//NOFORN", []],
    [COMPANY, "UNCLASSIFIED//DOD UCNI", ["mac.release"]],
    [COMPANY, "UNCLASSIFIED//DOD UCNI//REL TO USA, GBR", []],
    [CONTRACTOR, "UNCLASSIFIED//DOD UCNI//REL TO USA, GBR", ["mac.ucni", "mac.release"]],
    [{ ...COMPANY, entityType: "GOV" }, "UNCLASSIFIED//DOD UCNI//REL TO USA, GBR", ["mac.ucni"]],
    [GBR, "UNCLASSIFIED//DOD UCNI//REL TO USA, GBR", ["mac.ucni"]],
    [{}, "UNCLASSIFIED//DOD UCNI", []],
  ],
  "5 NATO": [
    [{}, "//NATO SECRET", ["mac.nato"]],
    [{ fineAccessControls: ["NATO-C"] }, "//NATO SECRET", ["mac.nato"]],
    [{ fineAccessControls: ["NATO-S"] }, "//NATO SECRET", []],
    [{ fineAccessControls: ["NATO-TS"] }, "//NATO CONFIDENTIAL", []],
    [{ fineAccessControls: ["NATO-S"] }, "SECRET//FGI NATO//REL TO USA, NATO", []],
    [{}, "SECRET//FGI NATO//REL TO USA, NATO", ["mac.nato"]],
    [{ fineAccessControls: ["NATO-S"] }, "//NATO SECRET//ATOMAL", ["mac.nato"]],
    [{ fineAccessControls: ["ATOMAL", "NATO-S"] }, "//NATO SECRET//ATOMAL", []],
    [{ fineAccessControls: ["BALK", "NATO-TS"] }, "//COSMIC TOP SECRET//BALK", []],
    [{ fineAccessControls: ["BALK", "NATO-TS"] }, "//COSMIC TOP SECRET//BOHEMIA", ["mac.nato"]],
  ],
  "6 NOFORN": [
    [{}, "SECRET//NOFORN", []],
    [GBR, "SECRET//NOFORN", ["mac.noforn", "mac.release"]],
    [{ countryOfAffiliation: "GBR", clearanceIssuer: "GBR" }, "SECRET//NOFORN", ["mac.noforn", "mac.release"]],
    [CONTRACTOR, "SECRET//NOFORN", ["mac.noforn", "mac.release"]],
    [{ dutyOrganization: "GBR.MOD" }, "SECRET//NOFORN", ["mac.noforn", "mac.release"]],
  ],
  "7 REL TO and DISPLAY ONLY": [
    [GBR, "SECRET//REL TO USA, FVEY", []],
    [GBR, "SECRET//REL TO USA, GBR", []],
    [GBR, "SECRET//REL TO USA, AUS", ["mac.release"]],
    [GBR, "SECRET", ["mac.release"]],
    [{ ...GBR, dutyOrganization: "DEU.BND" }, "SECRET//REL TO USA, GBR", ["mac.release"]],
    [{ ...GBR, dutyOrganization: "DEU.BND" }, "SECRET//REL TO USA, DEU, GBR", []],
    [{ ...GBR, dutyOrganization: "MOD" }, "SECRET//REL TO USA, GBR", ["mac.release"]],
    [{ ...GBR, dutyOrganization: "NGA", usGovernmentAgency: true }, "SECRET//REL TO USA, GBR", []],
    [GBR, "SECRET//DISPLAY ONLY GBR", []],
    [GBR, "SECRET//DISPLAY ONLY AFG", ["mac.release"]],
    [GBR, "SECRET//REL TO USA, GFNX", ["mac.release"]],
    [EXCHANGE, "SECRET//REL TO USA, GBR", []],
    [EXCHANGE, "SECRET//REL TO USA, FVEY", []],
    [EXCHANGE, "SECRET//REL TO USA, AUS", ["mac.release"]],
    [EXCHANGE, "SECRET//DISPLAY ONLY GBR", ["mac.release"]],
    [EXCHANGE, "SECRET//REL TO USA, AUS/DISPLAY ONLY GBR", ["mac.release"]],
    [EXCHANGE, "UNCLASSIFIED", ["mac.release"]],
    [COMPANY, "SECRET//REL TO USA, GBR", []],
    [COMPANY, "SECRET//REL TO USA, GFNX", []],
    [COMPANY, "SECRET//DISPLAY ONLY GBR", ["mac.release"]],
    [COMPANY, "SECRET", ["mac.release"]],
    [COMPANY, "UNCLASSIFIED", ["mac.release"]],
    [CONTRACTOR, "SECRET//REL TO USA, GBR", ["mac.release"]],
    [{ ...COMPANY, entityType: "GOV" }, "SECRET//REL TO USA, GBR", []],
    [{ ...GBR, dutyOrganization: "USA.ACME" }, "SECRET//REL TO USA, GBR", []],
    [{ ...GBR, dutyOrganization: "USA.ACME" }, "SECRET//REL TO USA, AUS", ["mac.release"]],
    [{ ...GBR, dutyOrganization: "USA.ACME" }, "SECRET//DISPLAY ONLY GBR", ["mac.release"]],
  ],
  "8 JOINT": [
    [{}, "//JOINT SECRET GBR USA//REL TO USA, GBR", []],
    [GBR, "//JOINT SECRET GBR USA//REL TO USA, GBR", []],
    [{ ...GBR, clearanceIssuer: "USA" }, "//JOINT SECRET GBR USA//REL TO USA, GBR", ["mac.joint"]],
    [{ clearanceIssuer: "GBR" }, "//JOINT SECRET GBR USA//REL TO USA, GBR", ["mac.joint"]],
    [
      { ...GBR, countryOfAffiliation: "AUS", clearanceIssuer: "AUS", dutyOrganization: "AUS.DOD" },
      "//JOINT SECRET GBR USA//REL TO USA, FVEY",
      ["mac.joint"],
    ],
  ],
  "9 ORCON, ORCON-USGOV, PROPIN": [
    [{}, "SECRET//ORCON/NOFORN", ["mac.orcon"]],
    [{ lists: ["OC:a"] }, "SECRET//ORCON/NOFORN", ["mac.orcon"]],
    [{ lists: ["OC:a"] }, "SECRET//ORCON/NOFORN @ OC:a", []],
    [{ lists: ["OC:b"] }, "SECRET//ORCON/NOFORN @ OC:a", ["mac.orcon"]],
    [{ lists: ["PR:a", "XD:a", "ND:a", "NTK:a"] }, "SECRET//ORCON/NOFORN @ OC:a", ["mac.orcon"]],
    [{ lists: ["OC:a"] }, "SECRET//ORCON/NOFORN @ OC:a OC:b", ["mac.orcon"]],
    [{ lists: ["OC:a", "OC:b"] }, "SECRET//ORCON/NOFORN @ OC:a OC:b", []],
    [{}, "SECRET//ORCON-USGOV/NOFORN", []],
    [CONTRACTOR, "SECRET//ORCON-USGOV/NOFORN", ["mac.noforn", "mac.release", "mac.orcon-usgov"]],
    [GBR, "SECRET//ORCON-USGOV/REL TO USA, GBR", ["mac.orcon-usgov"]],
    [GBR, "SECRET//ORCON-USGOV/REL TO USA, GBR @ OC:a", ["mac.orcon-usgov"]],
    [{ ...GBR, lists: ["OC:a"] }, "SECRET//ORCON-USGOV/REL TO USA, GBR @ OC:a", []],
    [{}, "SECRET//NOFORN/PROPIN", ["mac.propin"]],
    [{ lists: ["PR:a"] }, "SECRET//NOFORN/PROPIN @ PR:a", []],
    [{ lists: ["OC:a", "PR:b"] }, "SECRET//NOFORN/PROPIN @ PR:a", ["mac.propin"]],
  ],
  "10 FOUO, EXDIS, NODIS": [
    [{}, "UNCLASSIFIED//FOUO", []],
    [{ ...CONTRACTOR, countryOfAffiliation: "GBR" }, "UNCLASSIFIED//FOUO/REL TO USA, GBR", ["mac.release", "mac.fouo"]],
    [GBR, "UNCLASSIFIED//FOUO/REL TO USA, GBR", ["mac.fouo"]],
    [COMPANY, "UNCLASSIFIED//FOUO", ["mac.release"]],
    [COMPANY, "UNCLASSIFIED//FOUO/REL TO USA, GBR", []],
    [{ ...COMPANY, entityType: "MIL" }, "UNCLASSIFIED//FOUO/REL TO USA, GBR", ["mac.fouo"]],
    [CONTRACTOR, "UNCLASSIFIED//FOUO/REL TO USA, GBR", ["mac.release", "mac.fouo"]],
    [{ ...EXCHANGE, entityType: "CTR" }, "UNCLASSIFIED//FOUO/REL TO USA, GBR", ["mac.fouo"]],
    [COMPANY, "CUI//SP-CTI//REL TO USA, GBR", []],
    [COMPANY, "CUI//SP-CTI", ["mac.release"]],
    [{}, "SECRET//NOFORN//EXDIS", ["mac.exdis"]],
    [{ lists: ["XD:a"] }, "SECRET//NOFORN//EXDIS @ XD:a", []],
    [{ lists: ["ND:a"] }, "SECRET//NOFORN//EXDIS @ XD:a", ["mac.exdis"]],
    [{}, "SECRET//NOFORN//NODIS", ["mac.nodis"]],
    [{ lists: ["ND:a"] }, "SECRET//NOFORN//NODIS @ ND:a", []],
    [{ lists: ["XD:a"] }, "SECRET//NOFORN//NODIS @ ND:a", ["mac.nodis"]],
  ],
  "11 need to know": [
    [{}, "SECRET @ NTK:a", ["mac.need-to-know"]],
    [{ lists: ["NTK:a"] }, "SECRET @ NTK:a", []],
    [{ lists: ["OC:a"] }, "SECRET @ NTK:a", ["mac.need-to-know"]],
    [{ lists: ["NTK:b"] }, "SECRET @ NTK:a|b", []],
    [{ lists: ["NTK:c"] }, "SECRET @ NTK:a|b", ["mac.need-to-know"]],
    [{ lists: ["NTK:a"] }, "SECRET @ NTK:a NTK:b", ["mac.need-to-know"]],
    [{ lists: ["NTK:a", "NTK:b"] }, "SECRET @ NTK:a NTK:b", []],
    [{ lists: ["NTK:a", "NTK:b"] }, "SECRET @ NTK:c NTK:a|b", ["mac.need-to-know"]],
  ],
  "12 environment": [
    [{ "environment.client": "unapproved" }, "UNCLASSIFIED", ["mac.client"]],
    [{ "environment.deviceAttested": false }, "UNCLASSIFIED", ["mac.device"]],
    [{ "environment.deviceAttested": false }, "CONFIDENTIAL", ["mac.device"]],
    [{ ...GBR, "environment.deviceAttested": false }, "//GBR RESTRICTED//REL TO USA, GBR", ["mac.device"]],
    [{ "environment.deviceAttested": false }, "SECRET", ["mac.device"]],
    [{ "environment.sessionLevel": "C" }, "CONFIDENTIAL", []],
    [{ "environment.sessionLevel": "C" }, "SECRET", ["mac.session-level"]],
    [{ "environment.clientCeiling": "S" }, "SECRET", []],
    [{ "environment.clientCeiling": "S" }, "TOP SECRET", ["mac.client-ceiling"]],
    [{ "environment.networkCeiling": "U" }, "UNCLASSIFIED", []],
    [{ "environment.networkCeiling": "U" }, "CONFIDENTIAL", ["mac.network-ceiling"]],
    [{ "environment.timeWindow": "closed" }, "UNCLASSIFIED", ["mac.time-window"]],
  ],
};

describe("I1 the twelve conditions of standards B.1", () => {
  for (const [title, rows] of Object.entries(ROWS)) {
    test.each(rows.map(([change, marking, failed]) => ({ change, marking, failed })))(
      `${title}: $marking to $change fails $failed`,
      ({ change, marking, failed }) => {
        const of = { reader: reader(change), object: objectOf(marking), handling: "view" } as const;
        expect(mandatory(of).failed).toEqual(failed);
        expect(passesMandatory(of)).toBe(failed.length === 0);
      },
    );
  }

  test("every condition fails alone or with what it implies in some row, and every row of a title is about its conditions", () => {
    const failing = new Set(Object.values(ROWS).flatMap((rows) => rows.flatMap(([, , failed]) => failed)));
    expect(MANDATORY.map(({ id }) => id).filter((id) => !failing.has(id))).toEqual([
      // Tried one by one in mandatory.test.ts and with the CUI controls.
      "mac.no-contractors",
      "mac.unknown-control",
    ]);
    expect(Object.keys(ROWS)).toHaveLength(12);
  });
});

describe("I9 lists that are not understood", () => {
  const plain = effective("SECRET");
  const failed = (object: Effective, lists: readonly string[] = ["NTK:a", "OC:a", "PR:a"]) =>
    mandatory({ reader: reader({ lists }), object, handling: "view" }).failed;

  test.each(["MN:a", "NTK:-", "NTK:", "NTK:a|", "NTK:A", "oc:a", ":a", "a", "OC:a|", "OC:*", "__proto__:a"])(
    "the token %j names nobody",
    (token) => {
      expect(failed({ ...plain, lists: [token] })).toContain("mac.need-to-know");
    },
  );

  test("a control that needs a list and says nothing of one makes the marking no marking", () => {
    for (const control of ["OC", "OC-USGOV", "PR", "XD", "ND"]) {
      expect(failed({ ...plain, controls: [control] })).toEqual(["mac.malformed"]);
      expect(failed({ ...plain, controls: [control], lists: ["NTK:a"] })).toEqual(["mac.malformed"]);
    }
  });

  test("a list without its control binds all the same", () => {
    expect(failed({ ...plain, lists: ["OC:a"] })).toEqual([]);
    expect(failed({ ...plain, lists: ["OC:b"] })).toEqual(["mac.orcon"]);
    expect(failed({ ...plain, lists: ["PR:b"] })).toEqual(["mac.propin"]);
    expect(failed({ ...plain, lists: ["XD:b"] })).toEqual(["mac.exdis"]);
    expect(failed({ ...plain, lists: ["ND:b"] })).toEqual(["mac.nodis"]);
  });

  test("one list for another, several for one control, or none at all cannot be put under a marking", () => {
    const oc = effective("SECRET//ORCON/NOFORN");
    expect(underLists(oc, [{ kind: "PR", anyOf: ["a"] }])).toBeNull();
    expect(underLists(oc, [{ kind: "OC", anyOf: ["a", "b"] }])).toBeNull();
    expect(underLists(oc, [{ kind: "OC", anyOf: [] }])).toBeNull();
    expect(underLists(oc, [{ kind: "NTK", anyOf: [] }])).toBeNull();
    expect(underLists(oc, [{ kind: "OC", anyOf: ["a", "a"] }])?.lists).toEqual(["OC:a"]);
    expect(underLists(oc, [{ kind: "NTK", anyOf: ["b", "a"] }])?.lists).toEqual(["NTK:a|b", "OC:-"]);
  });

  test("what is inherited stays: a list, and that there is none", () => {
    const oc = effective("SECRET//ORCON/NOFORN");
    expect(underLists(oc, [], ["OC:a"])?.lists).toEqual(["OC:a"]);
    expect(underLists(oc, [{ kind: "OC", anyOf: ["b"] }], ["OC:a"])?.lists).toEqual(["OC:a", "OC:b"]);
    expect(underLists(oc, [{ kind: "OC", anyOf: ["b"] }], ["OC:-"])?.lists).toEqual(["OC:-", "OC:b"]);
    expect(underLists(oc, [], ["PR:a"])?.lists).toEqual(["OC:-", "PR:a"]);
  });
});

describe("what is shown but not released", () => {
  const object = effective("SECRET//DISPLAY ONLY GBR");
  const of = (handling: Handling, change = {}) => ({ reader: reader({ ...GBR, ...change }), object, handling });

  test("is looked at only, its pixels with a watermark, and is copied by nobody to whom it is not released", () => {
    expect(mandatory(of("view"))).toEqual({ failed: [], obligations: ["VIEW_ONLY"] });
    expect(mandatory(of("display"))).toEqual({ failed: [], obligations: ["VIEW_ONLY", "WATERMARK"] });
    expect(mandatory(of("copy"))).toEqual({ failed: ["mac.release"], obligations: [] });
    expect(mandatoryObligations({ ...of("display"), reader: reader({}) })).toEqual([]);
    expect(
      mandatoryObligations({ ...of("display"), object: effective("SECRET//REL TO USA, AUS"), reader: reader(COMPANY) }),
    ).toEqual([]);
    expect(mandatoryObligations({ ...of("display"), object: effective("SECRET//REL TO USA, GBR") })).toEqual([]);
  });

  test("is refused for a way of handling that is none", () => {
    expect(mandatory(of("look" as Handling)).failed).toEqual(["mac.malformed"]);
  });

  test("every action is of the kind that the list says", () => {
    const of_ = (handling: Handling) => ACTIONS.filter((action) => handlingOf(action) === handling);
    expect(of_("display")).toEqual(["asset.display"]);
    expect(of_("view").filter((action) => !action.endsWith(".read"))).toEqual([
      "audit.own",
      "policy.explain",
      "policy.compare",
      "asset.examine",
    ]);
    expect(of_("copy").some((action) => action.endsWith(".read"))).toBe(false);
  });
});
