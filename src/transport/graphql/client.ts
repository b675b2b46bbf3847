import { Arg, Args, Ctx, Field, ID, ObjectType, Query, Resolver } from "type-graphql";
import { clientById, clients } from "../../administration/clients.ts";
import { Does } from "./action.ts";
import { PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";

/** A client of the registry. */
@ObjectType({ simpleResolvers: true })
export class Client {
  @Field(() => ID, { description: "The name under which its tokens come." })
  readonly id!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => String, { description: "approved, suspended or revoked." })
  readonly status!: string;

  @Field(() => String, { description: "A classification level." })
  readonly ceiling!: string;

  @Field(() => Boolean)
  readonly deviceAttested!: boolean;

  @Field(() => String, { description: "A classification level." })
  readonly networkCeiling!: string;
}

export const ClientConnection = connectionType("Client", () => Client);

@Resolver()
export class ClientResolver {
  @Query(() => Client, { nullable: true })
  @Does("client.administer")
  client(@Ctx() context: Context, @Arg("id", () => ID) id: string): Promise<Client | null> {
    return context.operation.query(clientById, { id });
  }

  @Query(() => ClientConnection, { description: "The registry of clients." })
  @Does("client.administer")
  clients(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): Promise<Connection<Client>> {
    return connectionById(
      context,
      { field: "Query.clients", parent: "" },
      args,
      async (page) => (await context.operation.query(clients, page)) ?? { rows: [], hasNextPage: false },
    );
  }
}
