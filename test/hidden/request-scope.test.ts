import { readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Level } from "../../src/markings/index.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { RESOLVERS } from "../../src/transport/graphql/schema.ts";
import type { HttpAnswer } from "../server/http.ts";
import { AROUND, NODE_QUESTION, gid, openWorlds, renamed, wire } from "./worlds.ts";
import type { Worlds } from "./worlds.ts";

const REQUESTS = 200;
const IN_FLIGHT_EACH = 6;
const PEOPLE: readonly (readonly [handle: string, level: Level])[] = [
  ["ana", "TS"],
  ["ana", "S"],
  ["ben", "S"],
  ["charlotte", "S"],
  ["rita", "TS"],
  ["sam", "TS"],
  ["petra", "TS"],
  ["victor", "TS"],
];

let worlds: Worlds;

beforeAll(async () => {
  worlds = await openWorlds();
});
afterAll(async () => {
  await worlds.close();
});

const one = (answer: HttpAnswer): string => renamed([wire(answer)])[0] ?? "";

describe("I2 requests do not mix", () => {
  test(`I2 ${REQUESTS} parallel requests of people of different clearance are each answered as alone`, async () => {
    const { server, house } = worlds.high;
    const { datasetId, assetId, anasLabel } = worlds.common;
    const questions: readonly (readonly [query: string, id: string | null])[] = [
      [AROUND, null],
      [NODE_QUESTION, gid("dataset", datasetId)],
      [NODE_QUESTION, gid("asset", assetId)],
      [NODE_QUESTION, gid("label", anasLabel)],
      [NODE_QUESTION, gid("asset", worlds.hidden[0] ?? "")],
      [NODE_QUESTION, gid("program", house.programId)],
    ];
    const tokens = await Promise.all(PEOPLE.map(([handle, level]) => server.token(handle, level)));
    const put = async (person: number, question: number): Promise<string> => {
      const [query, id] = questions[question] ?? ["", null];
      return one(await server.graphql(tokens[person] ?? "", query, id === null ? {} : { id }));
    };
    const alone = new Map<string, string>();
    for (const person of PEOPLE.keys())
      for (const question of questions.keys()) alone.set(`${person} ${question}`, await put(person, question));
    expect(new Set(alone.values()).size).toBeGreaterThan(40);
    expect([...alone.values()].filter((text) => !text.startsWith("200\n"))).toEqual([]);

    // Each person works through his share, several at once; the order is mixed by a fixed step.
    const queue = Array.from({ length: REQUESTS }, (_, at) => ({
      person: (at * 5 + Math.floor(at / 8)) % PEOPLE.length,
      question: (at * 7) % questions.length,
    }));
    const wrong: string[] = [];
    // Two sessions of one person share his limit of requests at once.
    const lanes = new Map<string, typeof queue>();
    for (const turn of queue) {
      const handle = PEOPLE[turn.person]?.[0] ?? "";
      lanes.set(handle, [...(lanes.get(handle) ?? []), turn]);
    }
    await Promise.all(
      [...lanes.values()].flatMap((lane) =>
        Array.from({ length: IN_FLIGHT_EACH }, async () => {
          for (let turn = lane.shift(); turn; turn = lane.shift()) {
            const answer = await put(turn.person, turn.question);
            if (answer !== alone.get(`${turn.person} ${turn.question}`)) wrong.push(`${turn.person} ${turn.question}`);
          }
        }),
      ),
    );
    expect(wrong).toEqual([]);
  }, 60_000);

  test("I2 resolvers keep nothing: no field of a resolver and no variable of their modules can hold what a request left", () => {
    const kept = (RESOLVERS as unknown as readonly (new () => object)[]).flatMap((Resolver) =>
      Object.keys(new Resolver()).map((name) => `${Resolver.name}.${name}`),
    );
    expect(kept).toEqual([]);
    expect(RESOLVERS.length).toBeGreaterThan(15);
    const folder = `${packageRoot()}/src/transport/graphql`;
    const loose = readdirSync(folder).flatMap((file) =>
      readFileSync(`${folder}/${file}`, "utf8")
        .split("\n")
        // A module's own variable: something that changes, or a collection that nothing keeps from changing.
        .filter((line) =>
          /^(?:export )?(?:let|var) |^(?:export )?const \w+ = new (?:Map|Set|WeakMap|Array|Batch)\b/.test(line),
        )
        .filter((line) => !/: Readonly(?:Map|Set)</.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(loose).toEqual([]);
  });

  test("I2 the mapper of rows has no global context and no cache of results", () => {
    const source = readFileSync(`${packageRoot()}/src/storage/database.ts`, "utf8");
    expect(source).toContain("allowGlobalContext: false");
    const storage = readdirSync(`${packageRoot()}/src/storage`, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const caching = storage.filter((file) =>
      /resultCache|allowGlobalContext: true/.test(readFileSync(`${packageRoot()}/src/storage/${file}`, "utf8")),
    );
    expect(caching).toEqual([]);
  });
});
