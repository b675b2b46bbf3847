import { Args, Ctx, Field, FieldResolver, Float, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { auditPage, ownAudit } from "../../auditing/queries.ts";
import type { OfficerEntry, OwnEntry } from "../../policy/audit-port.ts";
import { globalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { PageArgs, connection, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { DateTimeScalar } from "./scalars.ts";

type OwnRow = OwnEntry & { readonly position: number };

/** What the caller did and how he was answered. */
@ObjectType({ simpleResolvers: true })
export class OwnAuditEntry {
  @Field(() => DateTimeScalar)
  readonly at!: string;

  @Field(() => String)
  readonly operation!: string;

  @Field(() => String, { description: "answered, refused, failed or erased." })
  readonly answer!: string;
}

/** One of an entry's four sections; its content is shown to those who dominate the section's own marking. */
@ObjectType({ simpleResolvers: true })
export class AuditSection {
  @Field(() => String)
  readonly slot!: string;

  @Field(() => String, { description: "opened, withheld, erased or unused." })
  readonly state!: string;

  @Field(() => String, { nullable: true, description: "Canonical JSON." })
  readonly content!: string | null;
}

/** An entry of the activity log as a compliance officer sees it. */
@ObjectType({ simpleResolvers: true })
export class AuditEntry {
  @Field(() => Float, { description: "Position in the log: a whole number from 0." })
  readonly index!: number;

  @Field(() => String)
  readonly kind!: string;

  @Field(() => DateTimeScalar)
  readonly at!: string;

  @Field(() => String, { description: "SHA-384 of the leaf, hex." })
  readonly leafHash!: string;

  @Field(() => String, { description: "Chain value after this entry, hex." })
  readonly chain!: string;

  @Field(() => [AuditSection])
  readonly sections!: readonly AuditSection[];
}

const OwnAuditConnection = connectionType("OwnAuditEntry", () => OwnAuditEntry);
/** Pages of entries, wherever they are listed. */
export const AuditEntryConnection = connectionType("AuditEntry", () => AuditEntry);

@Resolver(() => OwnAuditEntry)
export class OwnAuditResolver {
  @Query(() => OwnAuditConnection, { description: "What the caller did, newest first." })
  @Does("audit.own")
  ownAudit(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): Promise<Connection<OwnRow>> {
    const read = async (page: { first: number; after: string | null }) => {
      const found = await context.operation.query(ownAudit, {
        first: page.first,
        before: page.after === null ? null : Number(page.after),
      });
      return { rows: found?.entries ?? [], hasNextPage: found?.more ?? false };
    };
    return connection(context, { field: "Query.ownAudit", parent: "" }, args, read, (row) => String(row.position));
  }

  @FieldResolver(() => ID)
  id(@Root() row: OwnRow): string {
    return globalId("entry", row.id);
  }
}

@Resolver(() => AuditEntry)
export class AuditResolver {
  @Query(() => AuditEntryConnection, { description: "The activity log from its beginning; for compliance officers." })
  @Does("audit.read")
  auditEntries(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): Promise<Connection<OfficerEntry>> {
    const read = async (page: { first: number; after: string | null }) => {
      const found = await context.operation.query(auditPage, {
        first: page.first,
        from: page.after === null ? 0 : Number(page.after) + 1,
      });
      return { rows: found?.entries ?? [], hasNextPage: found?.more ?? false };
    };
    return connection(context, { field: "Query.auditEntries", parent: "" }, args, read, (row) => String(row.index));
  }

  @FieldResolver(() => ID)
  id(@Root() row: OfficerEntry): string {
    return globalId("entry", row.id);
  }
}
