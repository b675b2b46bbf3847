import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logText } from "../../audit/output.ts";
import type { Level } from "../../src/markings/index.ts";
import { codesOf, entriesOf, judge } from "./ledger-fixture.ts";
import type { ArchivedEntry } from "./ledger-fixture.ts";
import { openOfficerWorld } from "./officer-world.ts";
import type { OfficerWorld } from "./officer-world.ts";

let world: OfficerWorld;

beforeAll(async () => {
  world = await openOfficerWorld();
  await world.ask("ben", "S", `{ node(id: "${world.gid("asset", world.assetId)}") { id } }`);
  await world.ask("ben", "S", `{ node(id: "${world.gid("asset", world.hiddenId)}") { id } }`);
});
afterAll(async () => {
  await world.house.remove();
});

const person = (handle: string): string => world.gid("person", world.house.personId(handle));

/** A bundle with what the verifier says of it. */
async function disclosed(about: readonly string[], level: Level = "TS") {
  const { status, body } = await world.get("otto", level, `/audit/archive?about=${about.join(",")}`);
  expect(status).toBe(200);
  const report = await judge(body, (await world.house.house.keeper.activity()).verifier);
  const open = entriesOf(body).filter(({ slots }) => slots.some((slot) => slot?.open != null));
  return { body, report, open };
}

const textOf = ({ slots }: ArchivedEntry): string => slots.map((slot) => slot?.open ?? "").join("\n");

describe("I5 an archive that is opened for one subject only", () => {
  test("I5 for one person it verifies, opens his requests and answers and nothing else, and says how much is withheld", async () => {
    const { body, report, open } = await disclosed([person("ben")]);
    expect(codesOf(report)).toEqual([]);
    const ben = world.house.personId("ben");
    expect(open.length).toBeGreaterThan(3);
    for (const entry of open) expect(textOf(entry)).toContain(ben);
    expect(new Set(open.map(({ kind }) => kind))).toEqual(new Set(["operation.request", "operation.outcome"]));
    // Nobody else is named in the file but by sealed bytes.
    for (const other of ["ana", "sam", "petra", "otto"])
      expect([other, body.includes(world.house.personId(other))]).toEqual([other, false]);
    const { signed } = report;
    const used = entriesOf(body).flatMap(({ slots }) => slots.filter((slot) => slot != null));
    expect(signed?.sections).toMatchObject({
      opened: used.filter((slot) => slot.open != null).length,
      sealed: used.filter((slot) => slot.open == null).length,
    });
    expect(signed?.sections.sealed).toBeGreaterThan(signed?.sections.opened ?? 0);
    expect(signed?.size).toBe(entriesOf(body).length);
    expect(logText(report, false)).toContain(
      `Sections: ${signed?.sections.opened} opened and matching, ${signed?.sections.sealed} withheld, sealed and undamaged`,
    );
  });

  test("I5 for one image it opens each answer that disclosed it with the request that was answered", async () => {
    const { report, open } = await disclosed([world.gid("asset", world.assetId)]);
    expect(codesOf(report)).toEqual([]);
    const requests = new Set(
      open.flatMap(({ kind, slots }) =>
        kind.endsWith(".outcome") ? (JSON.parse(slots[2]?.open ?? "{}") as { request: string }).request : [],
      ),
    );
    expect(requests.size).toBeGreaterThan(4);
    expect(open.filter(({ kind }) => kind === "operation.request").length).toBeGreaterThanOrEqual(requests.size);
    for (const entry of open.filter(({ kind }) => kind.endsWith(".outcome")))
      expect(textOf(entry)).toContain(world.assetId);
  });

  test("I5 for a case it opens what concerns any of its ids", async () => {
    const both = await disclosed([world.gid("asset", world.hiddenId), person("ben")]);
    const places = ({ open }: { open: readonly { index: number }[] }): Set<number> =>
      new Set(open.map(({ index }) => index));
    const [one, other] = [await disclosed([world.gid("asset", world.hiddenId)]), await disclosed([person("ben")])];
    expect(places(both)).toEqual(new Set([...places(one), ...places(other)]));
    expect(codesOf(both.report)).toEqual([]);
  });

  test("I1 an officer discloses no more than he may open himself", async () => {
    const low = await disclosed([world.gid("asset", world.hiddenId)], "S");
    const high = await disclosed([world.gid("asset", world.hiddenId)]);
    expect(codesOf(low.report)).toEqual([]);
    for (const secret of ["TOP SECRET", "Close hold", world.hiddenId, world.hiddenLabel])
      expect([secret, low.body.includes(secret)]).toEqual([secret, false]);
    expect(high.body.includes("TOP SECRET")).toBe(true);
    expect(low.open.length).toBeLessThan(high.open.length);
  });

  test("I4 the request for it names the subjects before anything is read, and the outcome the markings that were opened", async () => {
    await disclosed([world.gid("asset", world.assetId), person("ben")]);
    const { body } = await world.get("otto", "TS", "/audit/archive");
    const asked = entriesOf(body).findLast(({ slots }) => slots[1]?.open?.includes("auditDisclose"));
    const request = JSON.parse(asked?.slots[1]?.open ?? "{}") as { operation: string; fields: unknown };
    const ids = [`asset:${world.assetId}`, `person:${world.house.personId("ben")}`];
    expect(request).toMatchObject({ operation: "auditDisclose", fields: [{ name: "auditDisclose", ids }] });
    const answered = entriesOf(body).findLast(({ slots }) => slots[2]?.open?.includes("disclosed:"));
    const outcome = JSON.parse(answered?.slots[2]?.open ?? "{}") as {
      decisions: { action: string; objects: string[] }[];
    };
    const named = outcome.decisions.filter(({ action }) => action === "audit.export").flatMap(({ objects }) => objects);
    expect(new Set(named.filter((object) => object !== "caller"))).toEqual(new Set(ids.map((id) => `disclosed:${id}`)));
  });

  test("I9 ids that are none of ours, and more than a hundred, are refused as any bad request is", async () => {
    const many = Array.from({ length: 101 }, () => person("ben")).join(",");
    for (const about of ["", "nonsense", many])
      expect((await world.get("otto", "TS", `/audit/archive?about=${about}`)).status).toBe(400);
  });
});
