import { Arg, Args, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { people, personById } from "../../administration/people.ts";
import type { AdministeredPerson } from "../../administration/people.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf } from "./context.ts";
import type { Context } from "./context.ts";
import { Marking } from "./node.ts";
import type { MarkingValue } from "./rows.ts";

/** What somebody is cleared for, until when. */
@ObjectType({ simpleResolvers: true })
export class Clearance {
  @Field(() => String, { description: "A classification level." })
  readonly level!: string;

  @Field(() => String, { description: "Country that issued it." })
  readonly issuer!: string;

  @Field(() => String, { description: "RFC 3339, UTC." })
  readonly expiresAt!: string;
}

/** Over which owner somebody may lower, or to which country he may widen. */
@ObjectType({ simpleResolvers: true })
export class MarkingAuthority {
  @Field(() => String, { description: "downgrade or disclosure." })
  readonly authority!: string;

  @Field(() => String, { description: "An owner, or a country." })
  readonly scope!: string;
}

/** A person as security officers see him who dominate all that he is cleared for. */
@ObjectType({ simpleResolvers: true })
export class Person {
  @Field(() => String)
  readonly handle!: string;

  @Field(() => String)
  readonly displayName!: string;

  @Field(() => String)
  readonly country!: string;

  @Field(() => String)
  readonly dutyOrganization!: string;

  @Field(() => [String])
  readonly roles!: readonly string[];

  @Field(() => Boolean)
  readonly suspended!: boolean;

  @Field(() => Clearance, { nullable: true })
  readonly clearance!: Clearance | null;

  @Field(() => [String])
  readonly readOns!: readonly string[];

  @Field(() => [MarkingAuthority])
  readonly authorities!: readonly MarkingAuthority[];
}

export const PersonConnection = connectionType("Person", () => Person);

@Resolver(() => Person)
export class PersonResolver {
  @Query(() => Person, { nullable: true })
  @Does("person.administer")
  person(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<AdministeredPerson | null> {
    return context.operation.query(personById, { id: localId("person", id) });
  }

  @Query(() => PersonConnection, { description: "The people whom the caller may administer." })
  @Does("person.administer")
  people(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): Promise<Connection<AdministeredPerson>> {
    return connectionById(
      context,
      { field: "Query.people", parent: "" },
      args,
      async (page) => (await context.operation.query(people, page)) ?? { rows: [], hasNextPage: false },
    );
  }

  @FieldResolver(() => ID)
  id(@Root() person: AdministeredPerson): string {
    return globalId("person", person.id);
  }

  @FieldResolver(() => [ID], { description: "Programs that he is read into." })
  programIds(@Root() person: AdministeredPerson): string[] {
    return person.programs.map((id) => globalId("program", id));
  }

  @FieldResolver(() => Marking, { description: "As high as everything that he is cleared for." })
  marking(@Ctx() context: Context, @Root() person: AdministeredPerson): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, person);
  }
}
