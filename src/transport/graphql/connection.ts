import { ArgsType, Field, Int, ObjectType } from "type-graphql";
import type { Context } from "./context.ts";
import type { Place } from "./cursor.ts";
import { pageSize } from "./limits.ts";
import { Holds } from "./price.ts";

/** Where a page ends. */
@ObjectType({ simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean)
  readonly hasNextPage!: boolean;

  @Field(() => String, { nullable: true })
  readonly endCursor!: string | null;
}

/** How much of a list: 1 to 100 objects after a cursor of the same list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int)
  readonly first!: number;

  @Field(() => String, { nullable: true })
  readonly after?: string | null;
}

/** How much of a short history, newest first: 1 to 100. */
@ArgsType()
export class FirstArgs {
  @Field(() => Int)
  readonly first!: number;
}

/** A page with a cursor for each object. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
}

type Class<T> = abstract new (...args: never[]) => T;

/** The connection type of an object type, and the type of its edges. */
export function connectionType<T extends object>(name: string, node: () => Class<T>): Class<Connection<T>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true })
  class Edge {
    @Field(() => String)
    readonly cursor!: string;

    @Field(() => node())
    readonly node!: T;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true })
  class ConnectionOf {
    // Whoever asks for a page says how many: that is in its price.
    @Field(() => [Edge])
    @Holds(1)
    readonly edges!: Edge[];

    @Field(() => PageInfo)
    readonly pageInfo!: PageInfo;
  }
  return ConnectionOf;
}

/** An edge that seals its cursor when it is asked for, once: most clients want the last one of a page only. */
class SealedEdge<R> {
  readonly node: R;
  readonly #cursorOf: (row: R) => string;
  #cursor: string | null = null;

  constructor(node: R, cursorOf: (row: R) => string) {
    this.node = node;
    this.#cursorOf = cursorOf;
  }

  get cursor(): string {
    return (this.#cursor ??= this.#cursorOf(this.node));
  }
}

/** Reads one page: `first` rows that come after the key `after`. */
type ReadPage<R> = (page: { readonly first: number; readonly after: string | null }) => Promise<{
  readonly rows: readonly R[];
  readonly hasNextPage: boolean;
  readonly keyOf?: (row: R) => string;
  readonly endKey?: string;
}>;

/** How many objects after which key a caller asks for. Throws INVALID_REQUEST for a cursor that is not his of this list. */
export function requestOf(context: Context, place: Place, args: PageArgs): Parameters<ReadPage<never>>[0] {
  const first = pageSize(args.first);
  return { first, after: typeof args.after === "string" ? context.cursors.open(place, args.after) : null };
}

/** A page of rows as a connection. `keyOf` says after which key the next page begins. */
export async function connection<R>(
  context: Context,
  place: Place,
  args: PageArgs,
  read: ReadPage<R>,
  keyOf: (row: R) => string,
): Promise<Connection<R>> {
  const page = await read(requestOf(context, place, args));
  const cursorOf = (row: R): string => context.cursors.seal(place, (page.keyOf ?? keyOf)(row));
  const edges = page.rows.map((node) => new SealedEdge(node, cursorOf));
  const last = page.rows.at(-1);
  const pageInfo = {
    hasNextPage: page.hasNextPage,
    get endCursor(): string | null {
      if (page.endKey !== undefined) return context.cursors.seal(place, page.endKey);
      return last === undefined ? null : cursorOf(last);
    },
  };
  return { edges, pageInfo };
}

/** A page of rows in the order of their ids. */
export function connectionById<R extends { readonly id: string }>(
  context: Context,
  place: Place,
  args: PageArgs,
  read: ReadPage<R>,
): Promise<Connection<R>> {
  return connection(context, place, args, read, (row) => row.id);
}
