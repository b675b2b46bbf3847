import {
  GraphQLNonNull,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { GraphQLField, GraphQLInputType, GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from "graphql";

/** A request that names something which is almost in the schema, or asks rightly in a wrong form. */
export interface Probe {
  readonly about: string;
  readonly query: string;
  readonly variables?: object;
}

/** Words that a person who guesses would try instead of a name. */
function misspelt(name: string): string[] {
  const middle = Math.floor(name.length / 2);
  const swapped = name.slice(0, middle) + name.charAt(middle + 1) + name.charAt(middle) + name.slice(middle + 2);
  const found = [
    name.slice(0, -1),
    `${name}s`,
    swapped,
    `${name}_`,
    name.toUpperCase(),
    name.toLowerCase(),
    `_${name}`,
  ];
  return [...new Set(found)].filter(
    (word) => word !== name && /^[A-Za-z_][A-Za-z0-9_]*$/.test(word) && !word.startsWith("__"),
  );
}

/** A way from a root to each object type that can be reached, as text around a selection. */
function waysTo(schema: GraphQLSchema): Map<string, (selection: string) => string> {
  const ways = new Map<string, (selection: string) => string>();
  const waiting: GraphQLObjectType[] = [];
  const roots = [
    ["query", schema.getQueryType()],
    ["mutation", schema.getMutationType()],
    ["subscription", schema.getSubscriptionType()],
  ] as const;
  for (const [word, root] of roots) {
    if (!root) continue;
    ways.set(root.name, (selection) => `${word} { ${selection} }`);
    waiting.push(root);
  }
  for (let type = waiting.shift(); type; type = waiting.shift()) {
    const around = ways.get(type.name);
    for (const field of Object.values(type.getFields())) {
      const target = getNamedType(field.type);
      if (!isObjectType(target) || ways.has(target.name) || !around) continue;
      ways.set(target.name, (selection) => around(`${called(field)} { ${selection} }`));
      waiting.push(target);
    }
  }
  return ways;
}

/** A literal that an input type takes. */
function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? "null";
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => field.type instanceof GraphQLNonNull);
    return `{ ${needed.map((field) => `${field.name}: ${literal(field.type)}`).join(", ")} }`;
  }
  return { Int: "1", Float: "0.5", Boolean: "true" }[type.name] ?? '"x"';
}

function called(field: GraphQLField<unknown, unknown>, change: (args: string[]) => string[] = (args) => args): string {
  const args = change(
    field.args.filter((arg) => arg.type instanceof GraphQLNonNull).map((arg) => `${arg.name}: ${literal(arg.type)}`),
  );
  return args.length === 0 ? field.name : `${field.name}(${args.join(", ")})`;
}

const selecting = (type: GraphQLNamedType): string => (isLeafType(type) ? "" : " { __typename }");

/** Near misses of every type, field, argument, input field and enum value of a schema, and wrong forms of right ones. */
export function nearMisses(schema: GraphQLSchema): Probe[] {
  const probes: Probe[] = [];
  const probe = (about: string, query: string, variables?: object): void => {
    probes.push({ about, query, ...(variables === undefined ? {} : { variables }) });
  };
  const ways = waysTo(schema);
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith("__"));
  for (const type of types) {
    for (const word of misspelt(type.name)) {
      probe(`type ${type.name}`, `{ node(id: "x") { ... on ${word} { __typename } } }`);
      probe(`type ${type.name}`, `query($v: ${word}) { viewer { handle } }`);
      probe(`type ${type.name}`, `{ viewer { ...f } } fragment f on ${word} { __typename }`);
    }
    probe(`introspection of ${type.name}`, `{ __type(name: "${type.name}") { name fields { name } } }`);
    if (isEnumType(type))
      enumProbes(
        schema,
        type.name,
        type.getValues().map(({ name }) => name),
        probe,
      );
    if (isInputObjectType(type)) inputProbes(schema, type.name, Object.keys(type.getFields()), probe);
    if (isInterfaceType(type)) probe(`interface ${type.name}`, `{ viewer { ... on ${type.name} { id } } }`);
    if (isObjectType(type)) fieldProbes(type, ways.get(type.name), probe);
  }
  return probes;
}

type Note = (about: string, query: string, variables?: object) => void;

function fieldProbes(type: GraphQLObjectType, around: ((selection: string) => string) | undefined, probe: Note): void {
  if (!around) return;
  for (const field of Object.values(type.getFields())) {
    const about = `field ${type.name}.${field.name}`;
    const target = getNamedType(field.type);
    for (const word of misspelt(field.name)) probe(about, around(word));
    // A right name in a wrong form answers like a wrong one.
    if (isLeafType(target)) probe(about, around(`${called(field)} { sub }`));
    else probe(about, around(called(field)));
    for (const arg of field.args) {
      const where = `argument ${type.name}.${field.name}(${arg.name})`;
      for (const word of misspelt(arg.name))
        probe(where, around(`${called(field, (args) => [...args, `${word}: 1`])}${selecting(target)}`));
      probe(
        where,
        around(
          `${called(field, (args) => args.filter((text) => !text.startsWith(`${arg.name}:`)).concat(`${arg.name}: { wrong: [] }`))}${selecting(target)}`,
        ),
      );
      if (arg.type instanceof GraphQLNonNull) probe(where, around(`${field.name}${selecting(target)}`));
    }
  }
}

/** The root field that takes an input type, directly or inside of another. */
function mutationOf(schema: GraphQLSchema, name: string): GraphQLField<unknown, unknown> | null {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  return fields.find((field) => field.args.some((arg) => getNamedType(arg.type).name === name)) ?? null;
}

function inputProbes(schema: GraphQLSchema, name: string, members: readonly string[], probe: Note): void {
  const field = mutationOf(schema, name);
  for (const member of members) {
    for (const word of misspelt(member)) {
      const about = `input field ${name}.${member}`;
      if (field) {
        const select = selecting(getNamedType(field.type));
        probe(about, `mutation { ${field.name}(input: { ${word}: 1 })${select} }`);
        probe(about, `mutation($input: ${name}!) { ${field.name}(input: $input)${select} }`, {
          input: { [word]: "x" },
        });
        probe(about, `mutation($input: ${name}!) { ${field.name}(input: $input)${select} }`, {
          input: { [member]: { nested: [] } },
        });
      } else {
        probe(about, `query($v: ${name}) { viewer { handle } }`, { v: { [word]: 1 } });
      }
    }
  }
}

function enumProbes(schema: GraphQLSchema, name: string, values: readonly string[], probe: Note): void {
  for (const value of values)
    for (const word of misspelt(value)) {
      probe(`enum value ${name}.${value}`, `query($v: ${name}!) { viewer { handle } }`, { v: word });
      for (const field of Object.values(schema.getQueryType()?.getFields() ?? {}))
        for (const arg of field.args.filter((one) => getNamedType(one.type).name === name))
          probe(
            `enum value ${name}.${value}`,
            `{ ${called(field, (args) => args.filter((text) => !text.startsWith(`${arg.name}:`)).concat(`${arg.name}: ${word}`))}${selecting(getNamedType(field.type))} }`,
          );
    }
}
