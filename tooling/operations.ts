import { Kind, TokenKind } from "graphql";
import type { DefinitionNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { basename } from "node:path";
import { readOperations } from "./operation-rules.ts";
import type { OperationSource } from "./operation-rules.ts";
import { operationText } from "./operation-text.ts";
import { OperationTypes } from "./operation-types.ts";

/** Where the operations are, and where what is made of them goes. */
export const FROM = "schema/operations";
export const TO = "web/workbench/generated";

/** The file with enums and inputs of the schema. */
const SCHEMA = "schema";

const generatedFrom = (path: string): string => `// Made of ${path} by npm run generate.\n`;

/** What is said right above a definition. */
function commentOf({ loc }: DefinitionNode): string {
  const lines: string[] = [];
  for (
    let [token, below] = [loc?.startToken.prev, loc?.startToken.line ?? 0];
    token?.kind === TokenKind.COMMENT && token.line === below - 1;
    [token, below] = [token.prev, token.line]
  )
    lines.unshift(token.value.trim());
  return lines.length === 0 ? "" : `/** ${lines.join(" ")} */\n`;
}

/** DeliveryRead as a constant: DELIVERY_READ. */
const constant = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toUpperCase();

/**
 * Typed operations for the page, a file for each file of operations and one for types of the schema, by their paths. Throws
 * OperationsRefused.
 */
export function generateOperations(
  schema: GraphQLSchema,
  sources: readonly OperationSource[],
): ReadonlyMap<string, string> {
  const { definitions } = readOperations(schema, sources);
  const isFragment = (one: DefinitionNode): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION;
  const fragments = new Map(definitions.filter(isFragment).map((one) => [one.name.value, one]));
  const types = new OperationTypes(schema, fragments);
  const fileOf = (one: DefinitionNode): string => basename(one.loc?.source.name ?? "", ".graphql");
  const homes = new Map([...fragments].map(([name, one]) => [name, fileOf(one)]));

  const fragment = (one: FragmentDefinitionNode): string =>
    `${commentOf(one)}export type ${one.name.value} = ${types.fragment(one)};\n`;
  const operation = (one: OperationDefinitionNode): string => {
    const name = one.name?.value ?? "";
    const { text, each } = operationText(schema, one, fragments);
    const value = [`text: ${JSON.stringify(text)}`, ...(each ? [`each: ${JSON.stringify(each.name)}`] : [])];
    return [
      `type ${name}Variables = ${types.variables(one, each)};\n`,
      `type ${name}Data = ${types.data(one)};\n`,
      `${commentOf(one)}export const ${constant(name)}: Operation<${name}Data, ${name}Variables> = {\n`,
      ...value.map((member) => `  ${member},\n`),
      "};\n",
    ].join("");
  };
  const importsOf = (file: string, hasOperations: boolean): string => {
    const byHome = Map.groupBy([...types.used].toSorted(), (name) => homes.get(name) ?? SCHEMA);
    byHome.delete(file);
    return [
      ...(hasOperations ? ['import type { Operation } from "../operation.ts";\n'] : []),
      ...[...byHome]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([home, names]) => `import type { ${names.join(", ")} } from "./${home}.ts";\n`),
    ].join("");
  };

  const made = new Map<string, string>();
  for (const { path } of sources) {
    types.used.clear();
    const own = definitions.filter((one) => one.loc?.source.name === path);
    const bodies = own.map((one) => (isFragment(one) ? fragment(one) : operation(one as OperationDefinitionNode)));
    const file = basename(path, ".graphql");
    const imports = importsOf(
      file,
      own.some((one) => !isFragment(one)),
    );
    made.set(`${TO}/${file}.ts`, [generatedFrom(path), imports, ...bodies].filter(Boolean).join("\n"));
  }
  // An input names others, which are found while it is written.
  const ofSchema = new Map<string, string>();
  for (const type of types.named) ofSchema.set(type.name, `export type ${type.name} = ${types.ofSchema(type)};\n`);
  const named = [...ofSchema].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  made.set(`${TO}/${SCHEMA}.ts`, [generatedFrom("schema/schema.graphql"), ...named].join("\n"));
  return made;
}
