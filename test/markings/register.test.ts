import { describe, expect, test } from "vitest";
import { parseBanner } from "../../src/markings/parse.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { marked, registerFiles } from "./register-data.ts";

const broken = (change: (files: ReturnType<typeof registerFiles>) => void): unknown => {
  const files = registerFiles();
  change(files);
  try {
    parseRegister(files, "v");
    return "accepted";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

const first = (list: unknown): Record<string, unknown> => (list as Record<string, unknown>[])[0] ?? {};

describe("markings register", () => {
  test("carries the version that the loader gives", () => {
    expect(parseRegister(registerFiles(), "sha-1").version).toBe("sha-1");
  });
  test("knows the 249 ISO trigraphs with the extras, and UK is none of them", () => {
    const { trigraphs, groups } = parseRegister(registerFiles(), "v");
    expect(trigraphs.size).toBe(250);
    expect([trigraphs.has("UK"), trigraphs.has("GBR"), groups.get("NATO")?.members.length]).toStrictEqual([
      false,
      true,
      32,
    ]);
  });
  test.each<[string, (files: ReturnType<typeof registerFiles>) => void]>([
    ["an unknown member", ({ register }) => (register["extra"] = 1)],
    ["a misspelled restriction", ({ register }) => (first(register["dissemination"])["exclude"] = ["NF"])],
    [
      "a rule that names an unknown token",
      ({ register }) => (first(register["dissemination"])["excludes"] = ["NOFORN"]),
    ],
    ["an unknown level", ({ register }) => (first(register["nonIc"])["levels"] = ["Q"])],
    ["an empty list of levels", ({ register }) => (first(register["nonIc"])["levels"] = [])],
    ["a control that stands twice", ({ register }) => (register["nonIc"] as unknown[]).push(first(register["nonIc"]))],
    ["a control system called any", ({ register }) => (first(register["sci"])["names"] = "any")],
    [
      "a compartment with the name of a control",
      ({ register }) => (first(first(register["sci"])["below"])["names"] = ["NF"]),
    ],
    ["an entry that is neither a list nor any", ({ register }) => (first(register["sci"])["names"] = "all")],
    ["a country code of two letters", ({ countries }) => (countries["extras"] = { UK: "United Kingdom" })],
    [
      "a group with a member that is no country",
      ({ tetragraphs }) => (first(tetragraphs["groups"])["members"] = ["XXX"]),
    ],
    ["a group that is decomposable into nothing", ({ tetragraphs }) => (first(tetragraphs["groups"])["members"] = [])],
    ["a missing file", (files) => Reflect.deleteProperty(files, "tetragraphs")],
  ])("refuses %s", (_, change) => {
    expect(broken(change)).toBe("E_REGISTER");
  });
  test("refuses a name that an entry does not list, and accepts it when it does", () => {
    const files = registerFiles();
    expect(parseBanner("TOP SECRET//SI-QQQ", parseRegister(files, "v"))).toMatchObject({
      ok: false,
      code: "E_UNKNOWN",
    });
    const systems = files.register["sci"] as { names: string[]; below: { names: string[]; levels: string[] }[] }[];
    systems.find(({ names }) => names.includes("SI"))?.below.push({ names: ["QQQ"], levels: ["TS"] });
    expect(marked(parseBanner("TOP SECRET//SI-QQQ", parseRegister(files, "v"))).sci[0]?.compartments[0]?.id).toBe(
      "QQQ",
    );
  });
});
