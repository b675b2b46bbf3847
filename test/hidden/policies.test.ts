import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withRule } from "../rulebook/edited-policy.ts";
import { NOUNS, same } from "./asking.ts";
import { ask, each, gid, inBoth, openWorlds } from "./worlds.ts";
import type { Script, Worlds } from "./worlds.ts";

// What security officers ask about policies: an officer in a SECRET session is told nothing of what stands above it.

let worlds: Worlds;

beforeAll(async () => {
  worlds = await openWorlds();
  // Profiles that there are to compare, in both.
  for (const handle of ["ben", "ana"]) await inBoth(worlds, handle, "S", ask("{ viewer { handle } }"));
});
afterAll(async () => {
  await worlds.close();
});

const MARKING = "marking { banner portion }";
const STEPS = `steps { action allowed obligations ${MARKING} reasons { id sentence } }`;
const EXPLANATION = `allowed ${STEPS} facts { member owner assigned state } policyVersion person { id handle }`;
const PAGE = "pageInfo { hasNextPage endCursor }";
const WHY = `query($p: ID!, $o: ID!, $a: String!, $c: String) { policyExplanation(personId: $p, objectId: $o, action: $a, clientId: $c) { ${EXPLANATION} } }`;
const WHO = `query($o: ID!, $a: String!, $c: String) { policyReaders(objectId: $o, action: $a, clientId: $c, first: 50) { edges { node { ${EXPLANATION} } } ${PAGE} } }`;
const WHAT = `query($p: ID!, $c: String) { policyReach(personId: $p, clientId: $c, first: 50) { edges { node { programId datasetId cells { noun allowed ${MARKING} ${STEPS} } } } ${PAGE} } }`;
const DIFF = `query($to: PolicySideInput!) { policyRulesDifference(from: {}, to: $to) { rules { id } rows { action opens closes } }
  policyComparison(from: {}, to: $to, first: 50) { edges { node { profile changes { opens closes markings } } } ${PAGE} } }`;
const KEPT = "{ policyVersions(first: 9) { documentsSha384 state } }";

const person = (handle: string): string => gid("person", worlds.high.house.personId(handle));

/** Everything about one id, under every noun or some. */
const about = (id: string, nouns: readonly (typeof NOUNS)[number][] = NOUNS): Script =>
  each(
    nouns.flatMap((noun) => [
      ask(WHY, { p: person("ben"), o: gid(noun, id), a: `${noun}.read`, c: null }),
      ask(WHO, { o: gid(noun, id), a: `${noun}.read`, c: "workbench" }),
    ]),
  );

const documents = withRule({
  id: "label.x",
  effect: "deny",
  actions: ["label.read"],
  pair: { roles: ["analyst", "reviewer"], levelAtLeast: "C" },
});

function everything(): Script {
  const to = { documents: Object.entries(documents).map(([path, text]) => ({ path, text })) };
  const { datasetId, assetId, bensLabel } = worlds.common;
  return each([
    about(datasetId, ["dataset"]),
    about(assetId, ["asset"]),
    about(bensLabel, ["label"]),
    ...["ben", "charlotte", "ana", "sam"].map((handle) => ask(WHAT, { p: person(handle), c: null })),
    ask(DIFF, { to }),
    ask(KEPT),
  ]);
}

describe("I2 what is hidden does not show to an officer who asks about policies", () => {
  test("I2 the test itself: whoever may see it is told of it, by the same questions", async () => {
    const [high, low] = await inBoth(worlds, "sofia", "TS", everything());
    expect(high).not.toEqual(low);
    expect(high.join("")).toContain('"allowed":true');
  });

  test("I2 in a session below it, both worlds answer alike", async () => {
    const seen = (await same(worlds, "sofia", "S", everything())).join("");
    expect(seen).toContain('"allowed":true');
    expect(seen).toContain('"closes":["label.read"]');
    expect(seen).not.toContain("TOP SECRET");
  });

  test("I2 a hidden object and a hidden person are answered like those that nothing is", async () => {
    for (const id of worlds.hidden.slice(0, 3)) {
      const found = await same(worlds, "sofia", "S", about(id));
      expect(found).toEqual(await same(worlds, "sofia", "S", about(randomUUID())));
      expect(found.filter((text) => text.includes('"allowed"'))).toEqual([]);
    }
    const asked = (p: string): Script =>
      each([
        ask(WHAT, { p, c: null }),
        ask(WHY, { p, o: gid("program", worlds.high.house.programId), a: "program.read", c: null }),
      ]);
    const hidden = await same(worlds, "sofia", "S", asked(person("ana")));
    expect(hidden).toEqual(await same(worlds, "sofia", "S", asked(gid("person", randomUUID()))));
  });

  test.each(["ben", "otto"])("I2 %s is told nothing at all", async (handle) => {
    const answers = await same(worlds, handle, "S", everything());
    const told = answers.join("");
    expect(told).not.toContain('"allowed"');
    expect(told).not.toContain('"changes"');
    expect(told.includes('"documentsSha384"')).toBe(handle === "otto");
  });
});
