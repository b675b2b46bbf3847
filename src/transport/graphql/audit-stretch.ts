import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { auditBursts } from "../../auditing/bursts.ts";
import type { Burst, Bursts } from "../../auditing/bursts.ts";
import { auditPage } from "../../auditing/queries.ts";
import { auditBetween, auditCheckpoints, auditIndexCheck } from "../../auditing/search.ts";
import { CaveatError } from "../../errors.ts";
import type { Between, OfficerEntry } from "../../policy/audit-port.ts";
import { globalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { AuditEntryConnection } from "./audit.ts";
import { PageArgs, connection, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { DateTimeScalar } from "./scalars.ts";

/** A signed size of the log. */
@ObjectType({ simpleResolvers: true })
export class AuditCheckpoint {
  @Field(() => Float)
  readonly size!: number;

  @Field(() => String, { description: "C2SP checkpoint, signed." })
  readonly note!: string;
}

/** How many entries are of a kind. */
@ObjectType({ simpleResolvers: true })
export class AuditKind {
  @Field(() => String)
  readonly kind!: string;

  @Field(() => Int)
  readonly count!: number;
}

const AuditCheckpointConnection = connectionType("AuditCheckpoint", () => AuditCheckpoint);

/** What happened between two signed sizes of the log. */
@ObjectType()
export class AuditStretch {
  @Field(() => Float)
  readonly from!: number;

  @Field(() => Float)
  readonly to!: number;

  @Field(() => String, { nullable: true, description: "The checkpoint before; null at the beginning of the log." })
  readonly fromNote!: string | null;

  @Field(() => String)
  readonly toNote!: string;

  @Field(() => DateTimeScalar)
  readonly firstAt!: string;

  @Field(() => DateTimeScalar)
  readonly lastAt!: string;

  @Field(() => [AuditKind])
  readonly kinds!: readonly AuditKind[];
}

/** Much at once: read or refused. */
@ObjectType()
export class AuditBurst {
  @Field(() => String, { description: "read or refused." })
  readonly kind!: string;

  @Field(() => String, { nullable: true, description: "Where it came from, of refusals before anybody was known." })
  readonly source!: string | null;

  @Field(() => Int, { description: "Objects that were disclosed or changed, or refusals." })
  readonly count!: number;

  @Field(() => Int)
  readonly answers!: number;

  @Field(() => DateTimeScalar)
  readonly firstAt!: string;

  @Field(() => DateTimeScalar)
  readonly lastAt!: string;

  @Field(() => Float)
  readonly fromIndex!: number;

  @Field(() => Float)
  readonly toIndex!: number;
}

/** Bursts in a stretch of the log. */
@ObjectType({ simpleResolvers: true })
export class AuditBursts {
  @Field(() => [AuditBurst])
  readonly bursts!: readonly Burst[];

  @Field(() => Float)
  readonly from!: number;

  @Field(() => Float)
  readonly to!: number;

  @Field(() => Float, { nullable: true, description: "Where to go on; null at the end of the log." })
  readonly next!: number | null;

  @Field(() => Int, { description: "Answers in it that are withheld from you." })
  readonly withheld!: number;

  @Field(() => Int, { description: "Others in it of which something was erased." })
  readonly erased!: number;
}

/** How the index differs from the log in a stretch of it. */
@ObjectType({ simpleResolvers: true })
export class AuditIndexCheck {
  @Field(() => Float)
  readonly from!: number;

  @Field(() => Float)
  readonly to!: number;

  @Field(() => [Float], { description: "Entries about which the index says something else than the log." })
  readonly differing!: readonly number[];
}

/** From where on and what is a burst. */
@ArgsType()
export class AuditBurstsArgs {
  @Field(() => Float, { description: "Entry that the stretch begins with." })
  readonly from!: number;

  @Field(() => Int, { description: "Within so many seconds: 1 to 86,400." })
  readonly seconds!: number;

  @Field(() => Int, { description: "So many objects are a bulk read." })
  readonly objects!: number;

  @Field(() => Int, { description: "So many refusals are a burst." })
  readonly refusals!: number;
}

const MOST_CHECKED = 1_000;

/** A whole number that a caller gives. Throws INVALID_REQUEST outside of the bounds. */
export function whole(value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new CaveatError("INVALID_REQUEST", "not a whole number in its bounds");
  return value;
}

@Resolver()
export class AuditStretchesResolver {
  @Query(() => AuditCheckpointConnection, {
    description: "Signed sizes of the log, newest first; for compliance officers.",
  })
  @Does("audit.read")
  auditCheckpoints(
    @Ctx() context: Context,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<AuditCheckpoint>> {
    const read = async ({ first, after }: { first: number; after: string | null }) => {
      const found = await context.operation.query(auditCheckpoints, {
        first,
        before: after === null ? null : Number(after),
      });
      return { rows: found?.checkpoints ?? [], hasNextPage: found?.more ?? false };
    };
    return connection(context, { field: "Query.auditCheckpoints", parent: "" }, args, read, ({ size }) => String(size));
  }

  @Query(() => AuditStretch, {
    nullable: true,
    description: "What happened between two signed sizes of the log; for compliance officers.",
  })
  @Does("audit.read")
  auditBetween(
    @Ctx() context: Context,
    @Arg("from", () => Float) from: number,
    @Arg("to", () => Float) to: number,
  ): Promise<Between | null> {
    return context.operation.query(auditBetween, { from: whole(from, 0), to: whole(to, 0) });
  }

  @Query(() => AuditBursts, {
    nullable: true,
    description: "Bulk reads and bursts of refusals in a stretch of the log; for compliance officers.",
  })
  @Does("audit.read")
  auditBursts(@Ctx() context: Context, @Args(() => AuditBurstsArgs) args: AuditBurstsArgs): Promise<Bursts | null> {
    return context.operation.query(auditBursts, {
      from: whole(args.from, 0),
      seconds: whole(args.seconds, 1, 86_400),
      objects: whole(args.objects, 1),
      refusals: whole(args.refusals, 1),
    });
  }

  @Query(() => AuditIndexCheck, {
    nullable: true,
    description: "Whether the index of the log is what the log says, in a stretch of it; for compliance officers.",
  })
  @Does("audit.read")
  auditIndexCheck(@Ctx() context: Context, @Arg("from", () => Float) from: number): Promise<AuditIndexCheck | null> {
    return context.operation.query(auditIndexCheck, { from: whole(from, 0), first: MOST_CHECKED });
  }
}

@Resolver(() => AuditBurst)
export class AuditBurstResolver {
  @FieldResolver(() => ID, { nullable: true })
  personId(@Root() { personId }: Burst): string | null {
    return personId === null ? null : globalId("person", personId);
  }
}

@Resolver(() => AuditStretch)
export class AuditStretchResolver {
  @FieldResolver(() => AuditEntryConnection, { description: "Its entries, from the first on." })
  entries(
    @Ctx() context: Context,
    @Root() { from, to }: Between,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<OfficerEntry>> {
    const read = async ({ first, after }: { first: number; after: string | null }) => {
      const start = after === null ? from : Number(after) + 1;
      const found = await context.operation.query(auditPage, { first, from: start, until: to });
      return { rows: found?.entries ?? [], hasNextPage: found?.more ?? false };
    };
    const place = { field: "AuditStretch.entries", parent: `${from} ${to}` };
    return connection(context, place, args, read, ({ index }) => String(index));
  }
}
