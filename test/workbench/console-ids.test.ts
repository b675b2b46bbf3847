import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ID_NOUNS, globalId as serverId, parseGlobalId } from "../../src/transport/global-id.ts";
import { NOUNS, globalId, named, namesIn, person, plainName } from "../../web/workbench/console-ids.ts";

const ID = "adcde9e2-f78b-4ef5-aefe-ec904355ac35";

describe("ids that an officer pastes", () => {
  test("are those of the server, noun by noun, in both spellings", () => {
    expect(NOUNS).toEqual(ID_NOUNS);
    fc.assert(
      fc.property(fc.constantFrom(...NOUNS), fc.uuid(), (noun, id) => {
        expect(globalId({ noun, id })).toBe(serverId(noun, id));
        expect(named(` ${serverId(noun, id)}\n`)).toEqual({ noun, id });
        expect(named(`${noun}:${id}`)).toEqual({ noun, id });
        expect(plainName({ noun, id })).toBe(`${noun}:${id}`);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test("are nothing where the server would take them for nothing", () => {
    for (const text of [
      "",
      "asset",
      ID,
      `asset:${ID} `.repeat(2),
      `Asset:${ID}`,
      `assetContent:${ID}`,
      `asset:${ID.toUpperCase()}`,
    ])
      expect(named(text)).toBeNull();
    for (const spelled of [`${serverId("asset", ID)}=`, `${serverId("asset", ID)}A`, btoa(`none:${ID}`)])
      expect([named(spelled), parseGlobalId(spelled)]).toEqual([null, null]);
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        const found = named(text);
        if (found) expect(parseGlobalId(globalId(found))).toEqual(found);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test("name a person by the id alone too, and nothing else in a person's place", () => {
    const ana = { noun: "person", id: ID };
    expect([person(ID), person(`person:${ID}`), person(serverId("person", ID))]).toEqual([ana, ana, ana]);
    expect([person(`asset:${ID}`), person(serverId("asset", ID)), person("ana")]).toEqual([null, null, null]);
  });

  test("are found in an entry's text, each once, and only whole ones of nouns that can be asked about", () => {
    const other = "fccfa846-976e-4527-9924-2d5a99be7f5a";
    const text = JSON.stringify({
      objects: [`asset:${ID}`, `assetContent:${ID}`, "caller", `label:${other}`, `asset:${ID}`, `asset:${ID}x`],
    });
    expect(namesIn(text).map(plainName)).toEqual([`asset:${ID}`, `label:${other}`]);
  });
});
