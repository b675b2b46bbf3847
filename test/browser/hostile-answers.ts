import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Kind, buildSchema, getNamedType, isCompositeType, isObjectType, parse } from "graphql";
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLOutputType,
  SelectionSetNode,
} from "graphql";
import { packageRoot } from "../../src/storage/package-root.ts";
import { parseCanonical } from "../../audit/core/jcs.ts";
import { STRINGS } from "./hostile.ts";
import type { Body } from "./hostile.ts";

const SCHEMA = buildSchema(readFileSync(join(packageRoot(), "schema", "schema.graphql"), "utf8"));

/** Texts that stand as they came, each with the reason: in place of another one there would be another screen, or none. */
const KEPT: ReadonlyMap<string, string> = new Map([
  ["Viewer.roles", "decides what is offered, and is shown nowhere"],
  ["Delivery.manifestSha384", "a hash, compared with the manifest's"],
  ["Delivery.packageUrl", "a path, compared with the one that the page makes itself"],
  ["AssetCreatePayload.uploadUrl", "a path that is sent to, and is shown nowhere"],
  ["TaskCopyKey.name", "a name in the browser's store, shown nowhere"],
  ["TaskCopyKey.key", "the bytes of a key"],
]);
/** Members of a manifest that are words; the others are ids, hashes, paths, dates and media types, which its reader checks. */
const MANIFEST_WORDS = new Set(["purpose", "name", "organization", "country", "banner"]);

/** Strings of the corpus that no manifest holds: its reader refuses them. */
export const NOT_CANONICAL: readonly string[] = STRINGS.filter((text) => {
  try {
    return parseCanonical(JSON.stringify([text])) === null;
  } catch {
    return true;
  }
});

type Members = Record<string, unknown>;

/**
 * Puts a token in the place of every text that answers of the server hold, found by the schema: a field that is added later is
 * found like the others. Texts that are equal in the same field are equal afterwards, and no others are.
 */
export class Tokens {
  /** What each token stands for: its field, and the text that was there. */
  readonly given: (readonly [field: string, was: string])[] = [];
  /** Tokens that stand in a manifest, too: with what its reader refuses there would be nothing to compare. */
  readonly tied = new Set<number>();
  /** Fields with a text in them that operations asked for. */
  readonly #asked = new Set<string>();
  readonly #known = new Map<string, number>();
  /** Whether kinds of shapes are words, too: only where a screen takes any. */
  readonly #kinds: boolean;

  constructor({ kinds = false }: { readonly kinds?: boolean } = {}) {
    this.#kinds = kinds;
  }

  /** Fields that were asked for, and no answer had anything in. */
  get missing(): readonly string[] {
    const given = new Set(this.given.map(([field]) => field));
    return [...this.#asked].filter((field) => !given.has(field) && !KEPT.has(field)).toSorted();
  }

  /** Fields of some of the tokens. */
  fieldsOf(tokens: readonly number[]): readonly string[] {
    return [...new Set(tokens.map((n) => this.given[n]?.[0] ?? ""))].toSorted();
  }

  /** Alters an answer to a document. */
  put({ data, extensions }: Body, document: string): void {
    const parsed = parse(document);
    if (extensions?.marking) extensions.marking = this.#token("banner of the answer", extensions.marking);
    for (const definition of parsed.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const root = SCHEMA.getRootType(definition.operation);
      if (root) this.#walk(parsed, definition.selectionSet, root, data ?? null);
    }
  }

  #token(field: string, was: string, inside = false): string {
    const about = `${field}\n${was}`;
    const n = this.#known.get(about) ?? this.given.length;
    if (!this.#known.has(about)) this.given.push([field, was]);
    this.#known.set(about, n);
    if (inside) this.tied.add(n);
    // What stands in a text that is itself JSON is escaped once more.
    return inside ? `Qy${n}yQ` : `Qx${n}xQ`;
  }

  /** Goes on without a value where there is none, for what is asked for there. */
  #walk(
    document: DocumentNode,
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType,
    value: Members | null,
  ): void {
    for (const one of selections) {
      if (one.kind === Kind.FIELD) this.#field(document, one, type, value);
      else {
        const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : fragmentOf(document, one.name.value);
        const name = fragment.typeCondition?.name.value ?? type.name;
        const narrowed = SCHEMA.getType(name);
        if (!isCompositeType(narrowed)) throw new Error(`${name} has no fields`);
        const isOther = isObjectType(narrowed) && narrowed !== type && value?.["__typename"] !== name;
        this.#walk(document, fragment.selectionSet, narrowed, isOther ? null : value);
      }
    }
  }

  #field(document: DocumentNode, node: FieldNode, type: GraphQLCompositeType, value: Members | null): void {
    const name = node.name.value;
    if (name === "__typename") return;
    if (!("getFields" in type)) throw new Error(`${type.name} has no fields`);
    const field = type.getFields()[name];
    if (!field) throw new Error(`${type.name} has no ${name}`);
    const key = node.alias?.value ?? name;
    const put = (now: unknown): void => {
      if (value) value[key] = now;
    };
    put(this.#value(document, node, field.type, `${type.name}.${name}`, value?.[key] ?? null));
  }

  #value(document: DocumentNode, node: FieldNode, type: GraphQLOutputType, field: string, value: unknown): unknown {
    const named = getNamedType(type);
    if (isCompositeType(named)) {
      const list =
        Array.isArray(value) && value.length > 0 ? (value as unknown[]) : [Array.isArray(value) ? null : value];
      if (node.selectionSet)
        for (const one of list) this.#walk(document, node.selectionSet, named, one as Members | null);
      return value;
    }
    if (named.name === "JSON") return value === null ? null : this.#json(field, value);
    if (named.name !== "String") return value;
    this.#asked.add(field);
    if (typeof value === "string" && field === "Delivery.manifest") return this.#manifest(field, value);
    if (KEPT.has(field)) return value;
    if (typeof value === "string") return this.#token(field, value);
    return Array.isArray(value) ? (value as string[]).map((one) => this.#token(field, one)) : value;
  }

  /** Words in what the schema calls JSON. Throws for a field that is not known: somebody has to say what its words are. */
  #json(field: string, value: unknown): unknown {
    const word = (one: unknown): unknown => (typeof one === "string" ? this.#token("value of an attribute", one) : one);
    const name = (key: string): string => this.#token("key of an attribute", key);
    switch (field) {
      case "LabelRevision.attributes":
        return Object.fromEntries(Object.entries(value as Members).map(([key, one]) => [name(key), word(one)]));
      case "OntologyClass.attributes":
        return (value as { key: string; choices?: unknown[] }[]).map((one) => ({
          ...one,
          key: name(one.key),
          ...(one.choices ? { choices: one.choices.map(word) } : {}),
        }));
      case "LabelRevision.shape": {
        const shape = value as { readonly kind: string };
        return this.#kinds ? { ...shape, kind: this.#token("kind of a shape", shape.kind) } : shape;
      }
      case "TaskDraft.body":
        // The same words as in the labels of an opinion, and what the page itself wrote.
        return value;
      default:
        throw new Error(`${field} is JSON of which nobody has said what its words are`);
    }
  }

  #manifest(field: string, text: string): string {
    this.given.push([field, "the text as a whole"]);
    const inside = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map((one: unknown) => inside(one));
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, one]: [string, unknown]) => {
          if (typeof one !== "string") return [key, key === "authority" || key === "effective" ? one : inside(one)];
          if (!MANIFEST_WORDS.has(key)) return [key, one];
          // What the page compares with the server's own word is the same text there.
          const like = { purpose: "Delivery.purpose", banner: "Marking.banner" }[key] ?? `Recipient.${key}`;
          return [key, this.#token(like, one, true)];
        }),
      );
    };
    return JSON.stringify(inside(JSON.parse(text)));
  }
}

function fragmentOf({ definitions }: DocumentNode, name: string): FragmentDefinitionNode {
  const found = definitions.find(
    (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
  );
  if (!found) throw new Error(`no fragment ${name}`);
  return found;
}
