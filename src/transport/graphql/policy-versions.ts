import { Arg, Args, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from "type-graphql";
import { policyVersion, policyVersions } from "../../administration/policy-versions.ts";
import type { PolicyVersion as Version, WholePolicy } from "../../administration/policy-versions.ts";
import { globalId } from "../global-id.ts";
import { Does } from "./action.ts";
import { FirstArgs } from "./connection.ts";
import type { Context } from "./context.ts";
import { pageSize } from "./limits.ts";
import { DateTimeScalar } from "./scalars.ts";

type Step = Version["steps"][number];

/** One text of a policy. */
@ObjectType({ simpleResolvers: true })
export class PolicyDocument {
  @Field(() => String)
  readonly path!: string;

  @Field(() => String)
  readonly text!: string;
}

/** One step of a policy's life. */
@ObjectType()
export class PolicyStep {
  @Field(() => String, { description: "scheduled (for the next start) or in force." })
  readonly step!: string;

  @Field(() => DateTimeScalar)
  readonly at!: Date;

  @Field(() => String, { description: "Id of a person, or what the configuration of a first start names." })
  readonly requestedBy!: string;

  @Field(() => String)
  readonly approvedBy!: string;
}

/** A policy as it is kept. */
@ObjectType()
export class PolicyVersion {
  @Field(() => DateTimeScalar)
  readonly keptAt!: Date;

  @Field(() => [PolicyStep], { description: "The first one first." })
  readonly steps!: readonly Step[];
}

@Resolver(() => PolicyVersion)
export class PolicyVersionResolver {
  @Query(() => [PolicyVersion], {
    nullable: true,
    description:
      "Policies that were ever proposed or in force, the last one first; for security and compliance officers.",
  })
  @Does("policy.read")
  async policyVersions(
    @Ctx() context: Context,
    @Args(() => FirstArgs) { first }: FirstArgs,
  ): Promise<readonly Version[] | null> {
    const size = pageSize(first);
    return (await context.operation.query(policyVersions, {}))?.slice(0, size) ?? null;
  }

  @Query(() => PolicyVersion, { nullable: true })
  @Does("policy.read")
  policyVersion(
    @Ctx() context: Context,
    @Arg("documentsSha384", () => String) sha384: string,
  ): Promise<WholePolicy | null> {
    return context.operation.query(policyVersion, { sha384 });
  }

  @FieldResolver(() => String, { description: "SHA-384 of the text of the documents, hex: what two people approve." })
  documentsSha384(@Root() row: Version): string {
    return row.sha384;
  }

  @FieldResolver(() => String)
  policyVersionId(@Root() row: Version): string {
    return row.version;
  }

  @FieldResolver(() => String)
  registerVersion(@Root() row: Version): string {
    return row.registerVersion;
  }

  @FieldResolver(() => String, { description: "in force, scheduled (for the next start), past or proposed." })
  state(@Root() row: Version): string {
    if (row.active) return "in force";
    if (row.scheduled) return "scheduled";
    return row.steps.length > 0 ? "past" : "proposed";
  }

  @FieldResolver(() => [PolicyDocument], {
    nullable: true,
    description: "Told when one policy is asked for by itself.",
  })
  documents(@Root() row: Partial<WholePolicy>): PolicyDocument[] | null {
    return row.documents ? Object.entries(row.documents).map(([path, text]) => ({ path, text })) : null;
  }
}

@Resolver(() => PolicyStep)
export class PolicyStepResolver {
  @FieldResolver(() => ID, { nullable: true })
  proposalId(@Root() row: Step): string | null {
    return row.proposalId === null ? null : globalId("proposal", row.proposalId);
  }
}
