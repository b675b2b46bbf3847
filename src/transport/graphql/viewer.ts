import { Args, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import type { Principal } from "../../identity/principal.ts";
import { programs } from "../../datasets/queries.ts";
import { command } from "../../policy/command.ts";
import type { Command } from "../../policy/command.ts";
import { globalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { PageArgs, connectionById } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { ProgramConnection } from "./program.ts";
import type { ProgramRow } from "./rows.ts";

const viewer: Command<Record<string, never>, Principal> = command({
  name: "viewer",
  action: "person.read",
  target: () => null,
  run: (grant) => Promise.resolve(grant.principal),
});

/** The caller himself, as his decisions are made. */
@ObjectType()
export class Viewer {
  @Field(() => String)
  readonly handle!: string;
}

/** A page of the caller's programs. */
function programPage(context: Context, field: string, args: PageArgs): Promise<Connection<ProgramRow>> {
  const place = { field, parent: "" };
  return connectionById(
    context,
    place,
    args,
    async (page) => (await context.operation.query(programs, page)) ?? { rows: [], hasNextPage: false },
  );
}

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, {
    nullable: true,
    description: "The caller; null for one who may see nothing just now, such as outside his hours.",
  })
  @Does("person.read")
  viewer(@Ctx() context: Context): Promise<Principal | null> {
    return context.operation.query(viewer, {});
  }

  @Query(() => ProgramConnection, { description: "The programs that the caller is read into." })
  @Does("program.read")
  programs(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): Promise<Connection<ProgramRow>> {
    return programPage(context, "Query.programs", args);
  }

  @FieldResolver(() => ProgramConnection, { name: "programs" })
  ownPrograms(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): Promise<Connection<ProgramRow>> {
    return programPage(context, "Viewer.programs", args);
  }

  @FieldResolver(() => ID)
  id(@Root() principal: Principal): string {
    return globalId("person", principal.personId);
  }

  @FieldResolver(() => String, { description: "The ceiling that this session has chosen: a classification level." })
  sessionLevel(@Root() principal: Principal): string {
    return principal.session.level;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Banner over everything that this session was shown before: what is written below it asks for confirmation.",
  })
  highWater(@Ctx() context: Context): Promise<string | null> {
    return context.operation.nested((grant) => grant.highWater());
  }

  @FieldResolver(() => String, { description: "A classification level." })
  clearance(@Root() principal: Principal): string {
    return principal.profile.clearance;
  }

  @FieldResolver(() => [String])
  readOns(@Root() principal: Principal): readonly string[] {
    return principal.profile.fineAccessControls;
  }

  @FieldResolver(() => String)
  country(@Root() principal: Principal): string {
    return principal.profile.countryOfAffiliation;
  }

  @FieldResolver(() => String)
  organization(@Root() principal: Principal): string {
    return principal.profile.dutyOrganization;
  }

  @FieldResolver(() => [String])
  roles(@Root() principal: Principal): readonly string[] {
    return principal.profile.role;
  }
}
