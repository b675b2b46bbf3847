import type { GraphQLSchema } from "graphql";
import { graphqlAsk } from "./ask.ts";
import type { Ask } from "./ask.ts";
import { Coverage } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { Documents } from "./documents.ts";
import { InputValues } from "./input-values.ts";
import type { Person } from "./people.ts";
import { seenBy } from "./pair.ts";
import { Pools } from "./pools.ts";
import { globalIdOf } from "./registry.ts";
import type { Registry } from "./registry.ts";

/**
 * Draws mutations of the schema for people who are cleared for everything, each role in turn: what no act of acts.ts makes
 * comes into the base by these, so that a noun that is new in the schema has rows on its first day.
 */
export function* seeding(
  schema: GraphQLSchema,
  dice: Dice,
  registry: Registry,
  people: readonly Person[],
  count: number,
): Generator<{ readonly ask: Ask; readonly answered: (data: unknown) => void }> {
  const coverage = new Coverage(schema);
  // People of the demonstration load the worlds: nobody takes their clearances.
  const open = new Set(people.filter(({ handle }) => /^p\d/.test(handle)).map(({ id }) => globalIdOf("person", id)));
  const cleared = people.filter((person) => person.clearance === "TS" && !/^p\d/.test(person.handle));
  const roles = [...new Set(cleared.flatMap((person) => person.roles))];
  for (let number = 0; number < count; number += 1) {
    const role = roles[number % roles.length] ?? "";
    const person = dice.pick(cleared.filter((one) => one.roles.includes(role)));
    const who = { handle: person.handle, level: dice.pick(["U", "S", "TS", "TS"] as const) };
    const nouns = registry.nouns;
    const values = new InputValues(
      dice,
      new Pools(dice, registry, seenBy({ person, who }), ({ noun, id }) => noun !== "person" || open.has(id)),
      nouns,
    );
    const document = new Documents(schema, dice, values, coverage).draw("mutation");
    yield {
      ask: graphqlAsk(who, document.query, document.variables),
      answered: (data) => coverage.document(document.asked, values.given, data),
    };
  }
}
