import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { createList, distributionList, distributionLists } from "../../datasets/list-commands.ts";
import type { Readers } from "../../policy/grant.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { Input, Payload, act } from "./payload.ts";
import type { DistributionListRow } from "./rows.ts";

/** Shown to those whom it names and to its maker. Written once: a change of readers is another list. */
@ObjectType({ description: "A list that names readers; seen by those whom it names and by its maker." })
export class DistributionList {
  @Field(() => String, { description: "The control whose readers it names, as the register writes it." })
  readonly kind!: string;

  @Field(() => [String], { description: "Codes of organisations." })
  readonly agencies!: readonly string[];
}

const DistributionListConnection = connectionType("DistributionList", () => DistributionList);

@InputType({
  description: "Lists that a marking stands under: all of `allOf`, and one of `anyOf` (need-to-know lists).",
})
export class ReadersInput {
  @Field(() => [ID], { nullable: true })
  readonly allOf?: readonly string[] | null;

  @Field(() => [ID], { nullable: true })
  readonly anyOf?: readonly string[] | null;
}

/** Readers as commands take them. */
export function readersOf(input: ReadersInput | null | undefined): Readers | null {
  if (!input) return null;
  const local = (ids: readonly string[] | null | undefined): string[] =>
    (ids ?? []).map((id) => localId("distributionList", id));
  return { allOf: local(input.allOf), anyOf: local(input.anyOf) };
}

@InputType()
export class DistributionListCreateInput extends Input {
  @Field(() => String, { description: "The control whose readers it names, as the register writes it." })
  readonly kind!: string;

  @Field(() => [String], {
    nullable: true,
    description: "Codes of organisations, at most 100; none where the control names persons alone.",
  })
  readonly agencies?: readonly string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Persons, at most 100; none where the control names organisations alone.",
  })
  readonly personIds?: readonly string[] | null;
}

@ObjectType({ simpleResolvers: true })
export class DistributionListCreatePayload extends Payload {
  @Field(() => DistributionList, { nullable: true })
  readonly distributionList?: DistributionListRow | null;
}

@Resolver(() => DistributionList)
export class DistributionListResolver {
  @Query(() => DistributionListConnection)
  @Does("list.read")
  distributionLists(
    @Ctx() context: Context,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<DistributionListRow>> {
    const place = { field: "Query.distributionLists", parent: "" };
    return connectionById(
      context,
      place,
      args,
      async (page) => (await context.operation.query(distributionLists, page)) ?? { rows: [], hasNextPage: false },
    );
  }

  @Mutation(() => DistributionListCreatePayload)
  @Does("list.create")
  distributionListCreate(
    @Ctx() context: Context,
    @Arg("input", () => DistributionListCreateInput) input: DistributionListCreateInput,
  ): Promise<Payload> {
    const { kind, agencies } = input;
    const persons = (input.personIds ?? []).map((id) => localId("person", id));
    const value = { kind, agencies: [...(agencies ?? [])], persons };
    return act(context, createList, input, value, async ({ id }) => ({
      distributionList: await context.operation.query(distributionList, { id }),
    }));
  }

  @FieldResolver(() => ID)
  id(@Root() list: DistributionListRow): string {
    return globalId("distributionList", list.id);
  }

  @FieldResolver(() => [ID])
  personIds(@Root() list: DistributionListRow): string[] {
    return list.persons.map((id) => globalId("person", id));
  }
}
