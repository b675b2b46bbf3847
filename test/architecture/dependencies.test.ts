import { expect, test } from "vitest";
import { PACKAGE_ROOMS } from "../../tooling/import-rules.ts";
import { findKnownBad, type KnownBad, type LockedPackage, matches } from "../../tooling/known-bad.ts";
import { listTree, readTree } from "./tree.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readTree("package.json")) as Manifest;
const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
const { packages } = JSON.parse(readTree("package-lock.json")) as { packages: Readonly<Record<string, LockedPackage>> };
const known = JSON.parse(readTree("security/known-bad.json")) as readonly KnownBad[];

/** The rows of CONTRIBUTING.md's table of packages: name, version, room, reason. */
const table = new Map(
  [...readTree("CONTRIBUTING.md").matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, name = "", version = "", room = "", reason = ""]) => [
      name,
      { version: version.trim(), room: room.trim(), reason: reason.trim() },
    ],
  ),
);

test("every package is asked for in one exact version", () => {
  expect(Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test("every package has a line in CONTRIBUTING.md with its version, its room and a reason, and no other has", () => {
  const listed = Object.fromEntries([...table].map(([name, { version }]) => [name, version]));
  expect(listed).toEqual(direct);
  expect([...table].filter(([, { room, reason }]) => room === "" || reason === "")).toEqual([]);
});

test("every package that runs with the server has one room, the one that CONTRIBUTING.md names", () => {
  const rooms = Object.keys(manifest.dependencies).map((name) => [
    name,
    PACKAGE_ROOMS.filter((row) => row.packages.test(name)).map(({ room }) => room),
  ]);
  const named = Object.keys(manifest.dependencies).map((name) => [name, [table.get(name)?.room.replaceAll("`", "")]]);
  expect(rooms).toEqual(named);
});

test("the lock file pins every package by version and hash", () => {
  const loose = Object.entries(packages).filter(
    ([path, { version, integrity }]) =>
      path !== "" && (version === undefined || integrity?.startsWith("sha512-") !== true),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

test("the lock file agrees with package.json", () => {
  expect(packages[""]).toMatchObject({
    devDependencies: manifest.devDependencies,
    optionalDependencies: manifest.optionalDependencies,
  });
  for (const [name, version] of Object.entries(direct))
    expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
});

test("no locked package is known to be bad", () => {
  expect(findKnownBad(packages, known)).toEqual([]);
});

test.each([
  ["@mikro-orm/core", "7.1.6"],
  ["@mikro-orm/core", "6.6.15"],
  ["node-forge", "1.4.2"],
  ["sharp", "0.34.9"],
])("a lock file with %s %s is refused, also deep in the tree", (name, version) => {
  expect(findKnownBad({ [`node_modules/a/node_modules/${name}`]: { version } }, known)).not.toEqual([]);
});

test("an accepted flaw says why, and the claim holds: nothing calls rulesToFields", () => {
  const accepted = known.filter((bad) => bad.accepted !== undefined);
  expect(accepted.map((bad) => [bad.package, bad.cve])).toEqual([["@casl/ability", "CVE-2026-111172"]]);
  expect(listTree("{src,audit,migrations}/**/*.ts").filter(({ text }) => text.includes("rulesToFields"))).toEqual([]);
});

test.each([
  ["7.0.1", ">=6.7.5 <7.0.2", true],
  ["7.0.2", ">=6.7.5 <7.0.2", false],
  ["6.7.4", ">=6.7.5 <7.0.2", false],
  ["7.0.1-rc.1", ">=6.7.5 <7.0.2", true],
  ["10.0.0", "<9.0.0", false],
  ["5.0.0", "<4.0.0 || =5.0.0", true],
])("version %s in %s: %s", (version, range, expected) => {
  expect(matches(version, range)).toBe(expected);
});
