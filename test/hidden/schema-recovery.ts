/** What was learned of a schema. */
export interface Recovered {
  readonly fields: readonly string[];
  readonly types: readonly string[];
  readonly args: readonly string[];
}

const SUGGESTED = /(?:Did you mean|mean to use an inline fragment on)((?: (?:or )?\\?["'][A-Za-z_]\w*\\?["'],?)+)/g;
const NAMED = /[A-Za-z_]\w*(?=\\?["'])/g;

/**
 * Recovers a schema from the texts of errors, in the way of tools for that: words are asked as fields, arguments, types and
 * input fields; those of `alone` also one by one. What an answer suggests, names or tells apart is learned and asked again.
 */
export async function recover(
  words: readonly string[],
  ask: (query: string) => Promise<string>,
  alone: readonly string[] = words,
): Promise<Recovered> {
  const fields = new Set<string>();
  const types = new Set<string>();
  const args = new Set<string>();
  const learn = (answer: string, into: Set<string>): void => {
    for (const [, list = ""] of answer.matchAll(SUGGESTED)) for (const name of list.match(NAMED) ?? []) into.add(name);
    for (const [, name = ""] of answer.matchAll(/argument \\?["'](\w+)\\?["'] of type/g)) args.add(name);
    for (const [, name = ""] of answer.matchAll(/(?:on|of) type \\?["']([A-Za-z_]\w*)/g)) types.add(name);
    for (const [, name = ""] of answer.matchAll(/[Ff]ield \\?["'](\w+)\\?["'] (?:of type|must|argument)/g))
      fields.add(name);
  };
  const buckets = (size: number): string[][] =>
    Array.from({ length: Math.ceil(words.length / size) }, (_, at) => words.slice(at * size, (at + 1) * size));
  const silence = new Set<string>();
  for (const bucket of buckets(64)) {
    for (const word of ["query", "mutation"]) {
      const answer = await ask(`${word} { ${bucket.join(" ")} }`);
      silence.add(answer);
      learn(answer, fields);
    }
    learn(
      await ask(
        `{ ${bucket
          .map((name, at) => `a${at}: node(id: "x", ${name}: 1) { id }`)
          .slice(0, 20)
          .join(" ")} }`,
      ),
      args,
    );
    learn(
      await ask(
        `{ node(id: "x") { ${bucket
          .slice(0, 20)
          .map((name) => `... on ${name} { ${name} }`)
          .join(" ")} } }`,
      ),
      types,
    );
  }
  // One by one: an answer that differs from the others tells something even without a text.
  const differing = new Map<string, string[]>();
  for (const word of alone) {
    const answer = await ask(`{ ${word} }`);
    differing.set(answer, [...(differing.get(answer) ?? []), word]);
    learn(answer, fields);
  }
  if (differing.size > 1)
    for (const [, those] of [...differing].toSorted(([, a], [, b]) => b.length - a.length).slice(1))
      for (const word of those) fields.add(word);
  for (const field of [...fields].slice(0, 20))
    for (const bucket of buckets(20))
      learn(await ask(`{ ${field}(${bucket.map((name) => `${name}: 1`).join(", ")}) { __typename } }`), args);
  const sorted = (found: Set<string>): string[] => [...found].toSorted();
  return { fields: sorted(fields), types: sorted(types), args: sorted(args) };
}
