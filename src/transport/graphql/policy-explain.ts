import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { EXPLAINED_NOUNS, explainDecision, explainReaders } from "../../administration/explain.ts";
import type { ExplainedPerson, ExplainedStep, ObjectQuestion } from "../../administration/explain.ts";
import type { AdministeredPerson } from "../../administration/people.ts";
import { explainReach } from "../../administration/reach.ts";
import type { Reach, ReachCell } from "../../administration/reach.ts";
import { isAction, nounOf } from "../../policy/actions.ts";
import type { Facts } from "../../policy/facts.ts";
import type { Reason } from "../../rulebook/reasons.ts";
import { globalId, localId, parseGlobalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { PageArgs, connection, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { Marking } from "./node.ts";
import { Person } from "./person.ts";
import type { MarkingValue } from "./rows.ts";

/** What a decision rests on. */
@ObjectType({ simpleResolvers: true })
export class PolicyReason {
  @Field(() => String, { description: "Of a condition, a rule or a duty." })
  readonly id!: string;

  @Field(() => String, { description: "condition, rule, duty or nothing." })
  readonly kind!: string;

  @Field(() => String)
  readonly sentence!: string;

  @Field(() => String)
  readonly authority!: string;
}

/** One of the decisions that must all allow. */
@ObjectType({ simpleResolvers: true })
export class PolicyDecision {
  @Field(() => String)
  readonly action!: string;

  @Field(() => Marking)
  readonly marking!: MarkingValue;

  @Field(() => Boolean)
  readonly allowed!: boolean;

  @Field(() => [PolicyReason], {
    description: "Of an allow, the rules that allow; of a refusal, what refuses.",
  })
  readonly reasons!: readonly Reason[];

  @Field(() => [String], { description: "Duties that come with the allow." })
  readonly obligations!: readonly string[];
}

/** What row rules know of an object in relation to a person. */
@ObjectType({ simpleResolvers: true })
export class PolicyFacts {
  @Field(() => Boolean)
  readonly member!: boolean;

  @Field(() => Boolean)
  readonly owner!: boolean;

  @Field(() => Boolean)
  readonly assigned!: boolean;

  @Field(() => String)
  readonly state!: string;
}

/** Whether a person may do something to an object, and why. */
@ObjectType({ simpleResolvers: true })
export class PolicyExplanation {
  @Field(() => Person)
  readonly person!: AdministeredPerson;

  @Field(() => Boolean)
  readonly allowed!: boolean;

  @Field(() => [PolicyDecision], { description: "On what stands above the object, then on the object itself." })
  readonly steps!: readonly ExplainedStep[];

  @Field(() => PolicyFacts)
  readonly facts!: Facts;

  @Field(() => String)
  readonly policyVersion!: string;

  @Field(() => String)
  readonly registerVersion!: string;
}

/** What stands in a program or dataset at one marking, and whether the person may read it. */
@ObjectType({ simpleResolvers: true })
export class PolicyReachCell {
  @Field(() => String)
  readonly noun!: string;

  @Field(() => Marking)
  readonly marking!: MarkingValue;

  @Field(() => Boolean)
  readonly allowed!: boolean;

  @Field(() => [PolicyDecision])
  readonly steps!: readonly ExplainedStep[];
}

/** A program (without a dataset) or a dataset. */
@ObjectType()
export class PolicyReach {
  @Field(() => [PolicyReachCell])
  readonly cells!: readonly ReachCell[];
}

const PolicyExplanationConnection = connectionType("PolicyExplanation", () => PolicyExplanation);
const PolicyReachConnection = connectionType("PolicyReach", () => PolicyReach);

/** A page of the people who are asked about. */
@ArgsType()
export class PolicyReadersArgs extends PageArgs {
  @Field(() => ID)
  readonly objectId!: string;

  @Field(() => String)
  readonly action!: string;

  @Field(() => String, {
    nullable: true,
    description: "The client that people would come through; your own otherwise.",
  })
  readonly clientId?: string | null;
}

/** A page of what a person reaches. */
@ArgsType()
export class PolicyReachArgs extends PageArgs {
  @Field(() => ID)
  readonly personId!: string;

  @Field(() => String, { nullable: true })
  readonly clientId?: string | null;
}

/** The question about an object; null when the id and the action do not belong together. */
function questionOf(
  context: Context,
  { objectId, action, clientId }: { objectId: string; action: string; clientId?: string | null },
): ObjectQuestion | null {
  const named = parseGlobalId(objectId);
  const noun = EXPLAINED_NOUNS.find((known) => known === named?.noun);
  if (!named || !noun || !isAction(action) || nounOf(action) !== noun) return null;
  return { noun, objectId: named.id, action, clientId: clientId ?? context.operation.principal.client.id };
}

@Resolver(() => PolicyReach)
export class PolicyExplainResolver {
  @Query(() => PolicyExplanation, {
    nullable: true,
    description: "Why a person may, or may not, do something to an object; null when you may not see one of the two.",
  })
  @Does("policy.explain")
  async policyExplanation(
    @Ctx() context: Context,
    @Arg("personId", () => ID) personId: string,
    @Arg("objectId", () => ID) objectId: string,
    @Arg("action", () => String) action: string,
    @Arg("clientId", () => String, { nullable: true }) clientId: string | null,
  ): Promise<ExplainedPerson | null> {
    const question = questionOf(context, { objectId, action, clientId });
    if (!question) return null;
    return context.operation.query(explainDecision, { ...question, personId: localId("person", personId) });
  }

  @Query(() => PolicyExplanationConnection, {
    nullable: true,
    description: "Everybody whom you administer, with the decision about one object; null when you may not see it.",
  })
  @Does("policy.explain")
  async policyReaders(
    @Ctx() context: Context,
    @Args(() => PolicyReadersArgs) args: PolicyReadersArgs,
  ): Promise<Connection<ExplainedPerson> | null> {
    const question = questionOf(context, args);
    if (!question) return null;
    let found = true;
    const place = { field: "Query.policyReaders", parent: `${args.objectId} ${args.action}` };
    const read = async (page: { first: number; after: string | null }) => {
      const rows = await context.operation.query(explainReaders, { ...question, ...page });
      found = rows !== null;
      return rows ?? { rows: [], hasNextPage: false };
    };
    const page = await connection(context, place, args, read, (row) => row.id);
    return found ? page : null;
  }

  @Query(() => PolicyReachConnection, {
    nullable: true,
    description: "What a person may read of what you may see; null when you may not see the person.",
  })
  @Does("policy.explain")
  async policyReach(
    @Ctx() context: Context,
    @Args(() => PolicyReachArgs) args: PolicyReachArgs,
  ): Promise<Connection<Reach> | null> {
    let found = true;
    const question = {
      personId: localId("person", args.personId),
      clientId: args.clientId ?? context.operation.principal.client.id,
    };
    const place = { field: "Query.policyReach", parent: args.personId };
    const read = async (page: { first: number; after: string | null }) => {
      const rows = await context.operation.query(explainReach, { ...question, ...page });
      found = rows !== null;
      return rows ?? { rows: [], hasNextPage: false };
    };
    const page = await connection(context, place, args, read, (row) => row.id);
    return found ? page : null;
  }

  @FieldResolver(() => ID)
  programId(@Root() row: Reach): string {
    return globalId("program", row.programId);
  }

  @FieldResolver(() => ID, { nullable: true })
  datasetId(@Root() row: Reach): string | null {
    return row.datasetId === null ? null : globalId("dataset", row.datasetId);
  }
}
