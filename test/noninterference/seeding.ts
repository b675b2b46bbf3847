import type { GraphQLSchema } from "graphql";
import { graphqlAsk } from "./ask.ts";
import type { Ask } from "./ask.ts";
import { Coverage } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { Documents } from "./documents.ts";
import { InputValues } from "./input-values.ts";
import { ABLE } from "./people.ts";
import type { Person } from "./people.ts";
import { seenBy } from "./pair.ts";
import { Pools } from "./pools.ts";
import { globalIdOf } from "./registry.ts";
import type { Registry } from "./registry.ts";

/** Whether one of some payloads holds an object: errors are a list. */
function madeSomething(data: unknown): boolean {
  const payloads = Object.values((data ?? {}) as Readonly<Record<string, object | null>>);
  return payloads
    .flatMap((payload) => Object.values(payload ?? {}) as unknown[])
    .some((member) => member !== null && typeof member === "object" && !Array.isArray(member));
}

/** A field is done when it has done something so often. */
const MADE_OF_A_FIELD = 2;

/**
 * Draws mutations of the schema for people who are cleared for everything, each field in turn: what no act of acts.ts makes
 * comes into the base by these, so that a noun that is new in the schema has rows on its first day. Mostly it is those who
 * hold all roles who ask; what comes of it says whether a field is drawn again.
 *
 * @param most how many are drawn
 */
export function* seeding(
  schema: GraphQLSchema,
  dice: Dice,
  registry: Registry,
  people: readonly Person[],
  most: number,
): Generator<{ readonly ask: Ask; readonly answered: (data: unknown) => void }> {
  const coverage = new Coverage(schema);
  // People of the demonstration load the worlds, and the able make what is missing: nobody takes their clearances.
  const open = new Set(people.filter(({ handle }) => /^p\d/.test(handle)).map(({ id }) => globalIdOf("person", id)));
  const cleared = people.filter((person) => person.clearance === "TS" && !/^p\d/.test(person.handle));
  const able = cleared.filter(({ handle }) => ABLE.includes(handle));
  const fields = Object.keys(schema.getMutationType()?.getFields() ?? {}).map((name) => ({ name, tries: 0, made: 0 }));
  for (let left = most; left > 0; left -= 1) {
    const missing = fields.filter(({ made }) => made < MADE_OF_A_FIELD);
    if (missing.length === 0) return;
    const fewest = Math.min(...missing.map(({ tries }) => tries));
    const field = dice.pick(missing.filter(({ tries }) => tries === fewest));
    field.tries += 1;
    const person = dice.pick(able.length > 0 && dice.chance(0.8) ? able : cleared);
    const who = { handle: person.handle, level: dice.pick(["U", "S", "TS", "TS"] as const) };
    const values = new InputValues(
      dice,
      new Pools(dice, registry, seenBy({ person, who }), ({ noun, id }) => noun !== "person" || open.has(id), true),
      registry.nouns,
      true,
    );
    const document = new Documents(schema, dice, values, coverage).draw("mutation", [field.name]);
    yield {
      ask: graphqlAsk(who, document.query, document.variables),
      answered: (data) => {
        if (madeSomething(data)) field.made += 1;
      },
    };
  }
}
