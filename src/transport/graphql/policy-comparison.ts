import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { compareCells, compareRulesOf } from "../../administration/policy-compare.ts";
import type { ChangedProfile, RowRuleChange, RulesDifference } from "../../administration/policy-compare.ts";
import type { FactPattern, RuleChange } from "../../rulebook/compare.ts";
import { Does } from "./action.ts";
import { PageArgs, connection, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { PolicySideInput, sideOf } from "./policy-inputs.ts";

/** A rule that only one of two policies has, or that says something else in the second. */
@ObjectType()
export class PolicyRuleChange {
  @Field(() => String)
  readonly id!: string;

  @Field(() => String, { description: "added, removed or changed." })
  readonly change!: string;
}

/** Facts of objects: yes, no or * for each; a state or *. */
@ObjectType()
export class PolicyRowChange {
  @Field(() => String)
  readonly action!: string;
}

/** A kept marking that the second register reads otherwise than the first. */
@ObjectType({ simpleResolvers: true })
export class PolicyMarkingChange {
  @Field(() => String, { description: "refused, higher, lower or other." })
  readonly change!: string;

  @Field(() => String, { nullable: true, description: "Why it is refused." })
  readonly code!: string | null;
}

/** In what two policies differ but for the cells of the matrix. */
@ObjectType({ simpleResolvers: true })
export class PolicyRulesDifference {
  @Field(() => String)
  readonly fromVersion!: string;

  @Field(() => String)
  readonly toVersion!: string;

  @Field(() => String)
  readonly fromRegister!: string;

  @Field(() => String)
  readonly toRegister!: string;

  @Field(() => [PolicyRuleChange])
  readonly rules!: readonly RuleChange[];

  @Field(() => [PolicyRowChange])
  readonly rows!: readonly RowRuleChange[];

  @Field(() => [PolicyMarkingChange], { description: "Kept markings that the second register reads otherwise." })
  readonly markings!: RulesDifference["markings"];
}

/** Cells of a profile that change alike. */
@ObjectType()
export class PolicyCellChange {
  @Field(() => [String], { description: "Actions that open." })
  readonly opens!: readonly string[];

  @Field(() => [String], { description: "Actions that close." })
  readonly closes!: readonly string[];
}

/** A profile of the database with what changes for it. */
@ObjectType()
export class PolicyProfileChange {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => [PolicyCellChange])
  readonly changes!: ChangedProfile["changes"];
}

const PolicyProfileChangeConnection = connectionType("PolicyProfileChange", () => PolicyProfileChange);

/** Two policies, and how many profiles. */
@ArgsType()
export class PolicyComparisonArgs extends PageArgs {
  @Field(() => PolicySideInput)
  readonly from!: PolicySideInput;

  @Field(() => PolicySideInput)
  readonly to!: PolicySideInput;
}

function words(pattern: FactPattern): string {
  return Object.entries(pattern)
    .filter(([, value]) => value !== "*")
    .map(([name, value]) => (value === "true" ? name : value === "false" ? `not ${name}` : `${name} ${value}`))
    .join(", ");
}

@Resolver(() => PolicyProfileChange)
export class PolicyComparisonResolver {
  @Query(() => PolicyRulesDifference, { nullable: true, description: "Rules in which two policies differ." })
  @Does("policy.compare")
  policyRulesDifference(
    @Ctx() context: Context,
    @Arg("from", () => PolicySideInput) from: PolicySideInput,
    @Arg("to", () => PolicySideInput) to: PolicySideInput,
  ): Promise<RulesDifference | null> {
    return context.operation.query(compareRulesOf, { from: sideOf(from), to: sideOf(to) });
  }

  @Query(() => PolicyProfileChangeConnection, {
    nullable: true,
    description: "Which cells (profile x marking x action) open and close, over all that you may see.",
  })
  @Does("policy.compare")
  async policyComparison(
    @Ctx() context: Context,
    @Args(() => PolicyComparisonArgs) args: PolicyComparisonArgs,
  ): Promise<Connection<ChangedProfile> | null> {
    let found = true;
    const sides = { from: sideOf(args.from), to: sideOf(args.to) };
    const read = async (page: { first: number; after: string | null }) => {
      const rows = await context.operation.query(compareCells, { ...sides, ...page });
      found = rows !== null;
      return rows ?? { rows: [], hasNextPage: false };
    };
    const page = await connection(
      context,
      { field: "Query.policyComparison", parent: "" },
      args,
      read,
      (row) => row.digest,
    );
    return found ? page : null;
  }

  @FieldResolver(() => String, { description: "JSON of the profile, as caveat access decide takes it." })
  profile(@Root() row: ChangedProfile): string {
    return JSON.stringify(row.profile);
  }
}

@Resolver(() => PolicyCellChange)
export class PolicyCellChangeResolver {
  @FieldResolver(() => [String], { description: "Banners." })
  markings(@Root() row: ChangedProfile["changes"][number]): string[] {
    return row.markings.map(({ banner }) => banner).toSorted();
  }
}

@Resolver(() => PolicyMarkingChange)
export class PolicyMarkingChangeResolver {
  @FieldResolver(() => String)
  banner(@Root() row: RulesDifference["markings"][number]): string {
    return row.marking.banner;
  }
}

@Resolver(() => PolicyRuleChange)
export class PolicyRuleChangeResolver {
  @FieldResolver(() => String)
  sentence(@Root() row: RuleChange): string {
    return row.rule.sentence;
  }

  @FieldResolver(() => String)
  authority(@Root() row: RuleChange): string {
    return row.rule.authority;
  }

  @FieldResolver(() => [String])
  actions(@Root() row: RuleChange): readonly string[] {
    return row.rule.actions;
  }
}

@Resolver(() => PolicyRowChange)
export class PolicyRowChangeResolver {
  @FieldResolver(() => [String], { description: "Facts of the objects for which the action opens." })
  opens(@Root() row: RowRuleChange): string[] {
    return row.opens.map(words);
  }

  @FieldResolver(() => [String], { description: "Facts of the objects for which the action closes." })
  closes(@Root() row: RowRuleChange): string[] {
    return row.closes.map(words);
  }
}
