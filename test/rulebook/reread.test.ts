import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareRulesOf } from "../../src/administration/policy-compare.ts";
import { effectiveOf, joinEffective, markingFromText, renderPortion } from "../../src/markings/index.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { readRegister } from "../../src/rulebook/documents.ts";
import { rereadings } from "../../src/rulebook/reread.ts";
import { S_FVEY, TS, makeAsset, makeDataset, smallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { shipped } from "./edited-policy.ts";

/** The shipped documents with one text of a register's file in the place of another. */
function replaced(name: string, old: string, text: string): PolicyDocuments {
  const path = `markings/${name}.json`;
  const before = shipped[path] ?? "";
  const after = before.replace(old, text);
  if (after === before) throw new Error(`${path} has no ${old}`);
  return { ...shipped, [path]: after };
}

const FEWER = replaced("tetragraphs", '["AUS", "CAN", "GBR", "NZL", "USA"]', '["AUS", "CAN", "GBR", "USA"]');
const NO_TS = replaced(
  "register",
  '"titles": ["NOT RELEASABLE TO FOREIGN NATIONALS"],\n      "levels": ["U", "R", "C", "S", "TS"]',
  '"titles": ["NOT RELEASABLE TO FOREIGN NATIONALS"],\n      "levels": ["U", "R", "C", "S"]',
);
const register = readRegister(shipped);

const kept = (text: string) => {
  const read = markingFromText(text, register);
  if (!read.ok) throw new Error(`${text}: ${read.code}`);
  return { portion: renderPortion(read.marking, register), effective: effectiveOf(read.marking, register) };
};
const KEPT = ["UNCLASSIFIED", "SECRET//REL TO USA, FVEY", "SECRET//REL TO USA, NZL", "TOP SECRET//NOFORN"].map(kept);
const told = (to: PolicyDocuments, from: PolicyDocuments = shipped) =>
  rereadings(readRegister(from), readRegister(to), KEPT).map(({ marking, change, code }) => [
    marking.portion,
    change,
    code,
  ]);

describe("kept markings under another register", () => {
  test("that reads them alike are none, although its version is another", () => {
    const spaced = { ...shipped, "markings/cui.json": `${shipped["markings/cui.json"] ?? ""} ` };
    expect(readRegister(spaced).version).not.toBe(register.version);
    expect(told(spaced)).toEqual([]);
  });
  test("are named where it reads another effective marking, with whether that is higher or lower", () => {
    expect(told(FEWER)).toEqual([["(S//REL TO USA, FVEY)", "higher", null]]);
    expect(told(shipped, FEWER)).toEqual([["(S//REL TO USA, FVEY)", "lower", null]]);
    const other = replaced("tetragraphs", '["AUS", "CAN", "GBR", "NZL", "USA"]', '["AFG", "CAN", "GBR", "NZL", "USA"]');
    expect(told(other)).toEqual([["(S//REL TO USA, FVEY)", "other", null]]);
  });
  test("are named with the code where it refuses them", () => {
    expect(told(NO_TS)).toEqual([["(TS//NF)", "refused", "E_LEVEL"]]);
  });
  test("that the first register does not read are compared as they are kept", () => {
    expect(told(shipped, NO_TS)).toEqual([]);
    const joined = {
      ...kept("TOP SECRET//NOFORN"),
      effective: joinEffective(kept("(U//FOUO)").effective, kept("TOP SECRET//NOFORN").effective),
    };
    const read = rereadings(readRegister(NO_TS), register, [joined]);
    expect(read).toEqual([{ marking: joined, change: "lower", code: null }]);
  });
  test("that were joined or stand under lists are named for what their text is read as, not for that", () => {
    const marking = { ...kept("SECRET//NOFORN"), effective: { ...kept("SECRET//NOFORN").effective, lists: ["NTK:a"] } };
    expect(rereadings(register, readRegister(FEWER), [marking])).toEqual([]);
  });
});

describe("an officer's comparison of policies with different registers", () => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse();
    const { versionId, datasetId } = await smallWorld(house);
    await house.run(await house.as("sam"), async (operation) => {
      const { programId } = house;
      const high = await makeDataset(operation, { programId, versionId, name: "High", marking: TS });
      await makeAsset(house, operation, { datasetId: high, marking: TS });
      await makeAsset(house, operation, { datasetId, marking: S_FVEY });
    });
  });
  afterAll(async () => {
    await house.remove();
  });

  const compared = async (documents: PolicyDocuments, level?: "S") => {
    const made = await house.run(await house.as("sofia", level), (operation) =>
      operation.query(compareRulesOf, { from: { active: true }, to: { documents } }),
    );
    return made?.markings.map(({ marking, change, code }) => [marking.banner, change, code]);
  };

  test("names the kept markings that are read otherwise", async () => {
    expect(await compared(FEWER)).toContainEqual(["SECRET//REL TO USA, FVEY", "higher", null]);
    expect(await compared(shipped)).toEqual([]);
  });
  test("I2 names none that the officer may not see, nor how many there are", async () => {
    const all = await compared(NO_TS);
    expect(all).toContainEqual(["TOP SECRET//TK//NOFORN", "refused", "E_LEVEL"]);
    expect(await compared(NO_TS, "S")).toEqual([]);
  });
});
