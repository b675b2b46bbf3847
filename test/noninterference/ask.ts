/** Who asks: a person of the world in a session of this level. */
export interface Who {
  readonly handle: string;
  readonly level: "U" | "C" | "S" | "TS";
}

/** What is kept of an object that an ask makes, so that later asks can name it. */
export interface Keep {
  /** Its name, such as `base.dataset.3`: world, noun, number. */
  readonly name: string;
  /** The object above it. */
  readonly under: string | null;
  /** Markings that it stands under, from above down to its own, each with the action by which that is read. */
  readonly chain: Chain;
}

/** Markings with the actions by which something under them is read. */
export type Chain = readonly (readonly [action: string, banner: string])[];

/**
 * One request as data. Texts hold names in double braces: `{{base.asset.3}}` for the id of an object, `{{base.label.1/hash}}`
 * for something that belongs to it, `{{random.asset.5}}` for an id that nothing has, `{{fresh.label.0}}` and `{{cursor.2}}`
 * for what came in earlier answers, `{{key.4}}` for an idempotency key.
 */
export interface Ask {
  /** null: without a token. */
  readonly who: Who | null;
  /** A method of HTTP, or SUBSCRIBE. */
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly graphql?: { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> };
  /** A body as it is. */
  readonly text?: string;
  /** A body of so many bytes. */
  readonly bytes?: number;
  /** A body that is a small picture; the same number is the same picture. */
  readonly image?: number;
  /** A body that is a NITF file whose header and image have these classifications; "" is blank. */
  readonly nitf?: readonly [header: string, image: string];
  readonly keep?: Keep;
}

/** One step of a script: something that the observer asks in both worlds, or what others do in each of them. */
export type Step =
  | { readonly low: Ask }
  | { readonly high: { readonly a: readonly Ask[]; readonly b: readonly Ask[] } };

/** A subscription of somebody, over a connection of its own. */
export function subscribeAsk(who: Who | null, query: string, variables: Readonly<Record<string, unknown>>): Ask {
  return { who, method: "SUBSCRIBE", path: "/graphql", graphql: { query, variables } };
}

/** A GraphQL request of somebody. */
export function graphqlAsk(who: Who | null, query: string, variables: Readonly<Record<string, unknown>>): Ask {
  return { who, method: "POST", path: "/graphql", graphql: { query, variables } };
}
