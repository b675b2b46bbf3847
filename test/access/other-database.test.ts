import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse } from "../../src/composition/house.ts";
import { ConfigError, readConfig } from "../../src/config.ts";
import { catalogAssertions } from "../../src/storage/catalog-assertions.ts";
import type { Lack, Place } from "../../src/storage/catalog-assertions.ts";
import { placeOf } from "../../src/storage/catalog-check.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { codesOf, refusalOn } from "./catalog-start.ts";

describe("I9 a database that is not the embedded one, wherever it is", () => {
  let database: TestDatabase;
  let folder: string;
  const codes = (place: Place): Promise<string[]> => codesOf(database.admin, place);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "caveat-other-"));
    database = await createDatabase();
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const others = (place: Place, mayLack: readonly Lack[] = [], readsHostRules = true): string[] => {
    const embedded = catalogAssertions("embedded", [], true).map(({ code }) => code);
    return catalogAssertions(place, mayLack, readsHostRules)
      .map(({ code }) => code)
      .filter((code) => !embedded.includes(code));
  };
  const ALL = ["network-password", "network-plain", "network-durability", "network-host-rule"];

  test("I9 is asked for SCRAM, TLS, durability and strict host rules, over the loopback as over a network", async () => {
    for (const place of ["loopback", "network"] as const) {
      expect(others(place)).toEqual(ALL);
      // This cluster keeps SCRAM verifiers and has nothing else of it.
      expect(await codes(place)).toEqual(["network-plain", "network-durability", "network-host-rule"]);
    }
  });

  test("I9 is asked for all of it but TLS through a Unix socket, which has none", async () => {
    expect(others("socket")).toEqual(ALL.filter((code) => code !== "network-plain"));
    expect(await codes("socket")).toEqual(["network-durability", "network-host-rule"]);
  });

  test("I9 lacks only what its operator says that it may lack, and over a network never TLS, anywhere never SCRAM", () => {
    const every: readonly Lack[] = ["tls", "durability", "host-rules"];
    expect(others("network", every)).toEqual(["network-password", "network-plain"]);
    expect(others("loopback", every)).toEqual(["network-password"]);
    expect(others("socket", every)).toEqual(["network-password"]);
    expect(others("loopback", ["tls"])).toEqual(ALL.filter((code) => code !== "network-plain"));
    expect(others("network", ["durability"])).toEqual(ALL.filter((code) => code !== "network-durability"));
    expect(others("socket", ["host-rules"])).toEqual(["network-password", "network-durability"]);
  });

  test("is not asked for host rules that its login may not read", () => {
    expect(others("network", [], false)).toEqual(ALL.slice(0, 3));
  });

  test("I9 keeps the server from starting through its socket when nothing is said", async () => {
    const found = (await refusalOn(database.admin, folder, [])).map(({ code }) => code);
    expect([...new Set(found)]).toEqual(["network-durability", "network-host-rule"]);
  });

  test("I9 is not reached in the clear over the loopback, unless that is said, and never over a network", async () => {
    const refusal = async (url: string, may: readonly Lack[]): Promise<string> =>
      openHouse({
        ...readConfig({}, folder),
        stateFolder: folder,
        databaseUrl: url,
        databaseMayLack: may,
      }).then(
        () => "",
        (error: unknown) => (error instanceof ConfigError ? error.message : ((error as { code?: string }).code ?? "?")),
      );
    const loopback = "postgresql://u@127.0.0.1:1/x?sslmode=disable";
    expect(await refusal(loopback, [])).toContain("CAVEAT_DATABASE_MAY_LACK");
    expect(await refusal(loopback, ["tls"])).toBe("ECONNREFUSED");
    expect(await refusal("postgresql://u@db.invalid/x?sslmode=disable", ["tls"])).toContain("over TLS");
    expect(await refusal("postgresql://u@localhost/x?host=%2Frun&sslmode=require", [])).toContain("no TLS");
  });

  test("the loopback and Unix sockets are this machine, everything else is a network", () => {
    const loopback = ["127.0.0.1", "127.8.8.8", "::1", "localhost"];
    const network = ["db.example", "10.0.0.1", "128.0.0.1", "127.0.0.1.example", "fe80::1", "localhost.example", ""];
    expect(placeOf({ host: "/run/postgresql" })).toBe("socket");
    expect(loopback.filter((host) => placeOf({ host }) !== "loopback")).toEqual([]);
    expect(network.filter((host) => placeOf({ host }) !== "network")).toEqual([]);
  });
});
