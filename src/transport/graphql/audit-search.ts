import {
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
import type { Finding, Findings } from "../../auditing/finding.ts";
import { auditAccesses, auditOfPerson, auditRefusals } from "../../auditing/search.ts";
import type { SearchPage } from "../../auditing/search.ts";
import type { OfficerEntry } from "../../policy/audit-port.ts";
import type { Command } from "../../policy/command.ts";
import { globalId, localId, parseGlobalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { AuditEntry } from "./audit.ts";
import { PageArgs, connection, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";

/** An entry that answers a question about the log, as far as it may be opened. */
@ObjectType({ simpleResolvers: true })
export class AuditFinding {
  @Field(() => AuditEntry)
  readonly entry!: OfficerEntry;

  @Field(() => String, { nullable: true, description: "Name of the command, or query; null where it is withheld." })
  readonly operation!: string | null;

  @Field(() => String, { nullable: true, description: "answered, refused or failed; null where it is withheld." })
  readonly answer!: string | null;

  @Field(() => [String], { description: "What was allowed; of one object where it was asked for." })
  readonly actions!: readonly string[];

  @Field(() => [String], { description: "Why something was refused or failed." })
  readonly reasons!: readonly string[];

  @Field(() => Int, { description: "How many objects were disclosed or changed." })
  readonly objects!: number;

  @Field(() => Int, { description: "How often: refusals of one second and source are one entry." })
  readonly times!: number;
}

const AuditFindingConnection = connectionType("AuditFinding", () => AuditFinding);

/** What answers a question, newest first, and how far the answer holds. */
@ObjectType({ simpleResolvers: true })
export class AuditAnswer {
  @Field(() => AuditFindingConnection)
  readonly findings!: Connection<Finding>;

  @Field(() => Float, { description: "Every entry before this one was looked through." })
  readonly completeTo!: number;

  @Field(() => Float, { description: "Entries that could not be read although they were not erased." })
  readonly unread!: number;

  @Field(() => Float, { description: "Entries that are withheld from you: whether they belong here is not told." })
  readonly withheld!: number;

  @Field(() => Float, { description: "Others that were erased: nobody can tell any more whether they belonged here." })
  readonly erased!: number;
}

/** Noun and id as the log names an object; a text that is none of our ids names nothing there. */
function objectOf(text: string): string {
  const named = parseGlobalId(text);
  return named ? `${named.noun}:${named.id}` : "none";
}

async function answer<I extends object>(
  context: Context,
  command: Command<I & SearchPage, Findings>,
  input: I,
  args: PageArgs,
): Promise<AuditAnswer | null> {
  let found: Findings | null = null;
  const place = { field: `Query.${command.name}`, parent: JSON.stringify(input) };
  const read = async ({ first, after }: { first: number; after: string | null }) => {
    found = await context.operation.query(command, { ...input, first, before: after === null ? null : Number(after) });
    const { findings: rows = [], more: hasNextPage = false, next = null } = found ?? {};
    return { rows, hasNextPage, ...(next === null ? {} : { endKey: String(next) }) };
  };
  const findings = await connection(context, place, args, read, ({ entry }) => String(entry.index));
  const held = found as Findings | null;
  if (!held) return null;
  const { completeTo, unread, withheld, erased } = held;
  return { findings, completeTo, unread, withheld, erased };
}

/** A page of what answers a question about an object. */
@ArgsType()
export class AuditObjectArgs extends PageArgs {
  @Field(() => ID)
  readonly objectId!: string;
}

/** A page of what a person was answered. */
@ArgsType()
export class AuditPersonArgs extends PageArgs {
  @Field(() => ID)
  readonly personId!: string;
}

/** A page of refusals, of one object where it is given. */
@ArgsType()
export class AuditRefusalsArgs extends PageArgs {
  @Field(() => ID, { nullable: true })
  readonly objectId?: string | null;
}

@Resolver()
export class AuditSearchResolver {
  @Query(() => AuditAnswer, {
    nullable: true,
    description:
      "Who was ever shown an object, or changed it: by list, label, display copy or delivery; for compliance officers.",
  })
  @Does("audit.read")
  auditAccesses(
    @Ctx() context: Context,
    @Args(() => AuditObjectArgs) args: AuditObjectArgs,
  ): Promise<AuditAnswer | null> {
    return answer(context, auditAccesses, { object: objectOf(args.objectId) }, args);
  }

  @Query(() => AuditAnswer, { nullable: true, description: "What a person was answered; for compliance officers." })
  @Does("audit.read")
  auditOfPerson(
    @Ctx() context: Context,
    @Args(() => AuditPersonArgs) args: AuditPersonArgs,
  ): Promise<AuditAnswer | null> {
    return answer(context, auditOfPerson, { personId: localId("person", args.personId) }, args);
  }

  @Query(() => AuditAnswer, {
    nullable: true,
    description: "What was refused or failed, and why; for compliance officers.",
  })
  @Does("audit.read")
  auditRefusals(
    @Ctx() context: Context,
    @Args(() => AuditRefusalsArgs) args: AuditRefusalsArgs,
  ): Promise<AuditAnswer | null> {
    const object = typeof args.objectId === "string" ? objectOf(args.objectId) : null;
    return answer(context, auditRefusals, { object }, args);
  }
}

@Resolver(() => AuditFinding)
export class AuditFindingResolver {
  @FieldResolver(() => ID, {
    nullable: true,
    description: "Who was answered; null where it is withheld or was nobody yet.",
  })
  personId(@Root() { personId }: Finding): string | null {
    return personId === null ? null : globalId("person", personId);
  }
}
