import { ArgsType, Field, ID, InputType, registerEnumType } from "type-graphql";
import type { ListQuery } from "../../datasets/queries.ts";
import { NO_ID, localId } from "../global-id.ts";
import { PageArgs } from "./connection.ts";

type Sort = ListQuery["sort"];

const ListSort: { readonly [S in Sort]: S } = {
  ID_ASC: "ID_ASC",
  ID_DESC: "ID_DESC",
  CREATED_AT_ASC: "CREATED_AT_ASC",
  CREATED_AT_DESC: "CREATED_AT_DESC",
};
registerEnumType(ListSort, { name: "ListSort", description: "The order of a list; ids are random." });

/** Which assets: all that the caller may see where nothing is said. */
@InputType()
export class AssetFilter {
  @Field(() => ID, { nullable: true, description: "The person who made it." })
  readonly authorId?: string | null;
}

/** Which labels: all that the caller may see where nothing is said. */
@InputType()
export class LabelFilter extends AssetFilter {
  @Field(() => ID, { nullable: true, description: "The asset that it lies on." })
  readonly assetId?: string | null;
}

/** A page of a list with an order. */
@ArgsType()
class SortedArgs extends PageArgs {
  @Field(() => ListSort, { defaultValue: "ID_ASC" })
  readonly sort!: Sort;
}

/** A page of assets. */
@ArgsType()
export class AssetListArgs extends SortedArgs {
  @Field(() => AssetFilter, { nullable: true })
  readonly filter?: AssetFilter | null;
}

/** A page of labels. */
@ArgsType()
export class LabelListArgs extends SortedArgs {
  @Field(() => LabelFilter, { nullable: true })
  readonly filter?: LabelFilter | null;
}

/** No row has it: what an id narrows to that names nothing. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

function named(noun: "person" | "asset", id: string): string {
  const local = localId(noun, id);
  return local === NO_ID ? NOBODY : local;
}

/** The order and equalities of a request, as the reader takes them, with a text that cursors are bound to. */
export function listQuery({
  sort,
  filter,
}: {
  readonly sort: Sort;
  readonly filter?: LabelFilter | null;
}): ListQuery & {
  readonly query: string;
} {
  const where = {
    ...(typeof filter?.authorId === "string" && { authorId: named("person", filter.authorId) }),
    ...(typeof filter?.assetId === "string" && { assetId: named("asset", filter.assetId) }),
  };
  return { sort, where, query: JSON.stringify([sort, where.authorId ?? null, where.assetId ?? null]) };
}
