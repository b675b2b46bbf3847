import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from "type-graphql";
import { PROPOSAL_KINDS } from "../../administration/proposal-kind.ts";
import type { ProposalKind } from "../../administration/proposal-kind.ts";
import { approvalOf, proposalById, proposalPage, proposalState } from "../../administration/proposals.ts";
import type { ProposalRow, ProposalState } from "../../administration/proposals.ts";
import { globalId, localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { PageArgs, connectionById, connectionType } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { markingOf } from "./context.ts";
import type { Context } from "./context.ts";
import { Marking } from "./node.ts";
import type { MarkingValue } from "./rows.ts";
import { DateTimeScalar } from "./scalars.ts";

/** CLIENT_APPROVE for 'client.approve'. */
function enumName(kind: string): string {
  return kind.replace(".", "_").toUpperCase();
}

/** Kinds of proposals by the names that they have in the schema. */
export const ProposalKinds: Readonly<Record<string, ProposalKind>> = Object.fromEntries(
  (Object.keys(PROPOSAL_KINDS) as ProposalKind[]).map((kind) => [enumName(kind), kind]),
);
registerEnumType(ProposalKinds, { name: "ProposalKind", description: "Acts that two people must agree on." });

const ProposalStates = {
  OPEN: "OPEN",
  EXECUTED: "EXECUTED",
  WITHDRAWN: "WITHDRAWN",
  EXPIRED: "EXPIRED",
  VOID: "VOID",
} as const satisfies Record<ProposalState, ProposalState>;
registerEnumType(ProposalStates, {
  name: "ProposalState",
  description: "VOID: what it is about has changed since; it can only be proposed anew.",
});

/** What somebody asks for that a second person must approve. */
@ObjectType({ simpleResolvers: true })
export class Proposal {
  @Field(() => ProposalKinds)
  readonly kind!: ProposalKind;

  @Field(() => String, {
    description: "Canonical JSON of what is proposed, of the state that it changes and of its end.",
  })
  readonly content!: string;

  @Field(() => String, { description: "SHA-384 of the content, hex: what an approval names." })
  readonly contentSha384!: string;

  @Field(() => DateTimeScalar)
  readonly requestedAt!: Date;

  @Field(() => DateTimeScalar)
  readonly expiresAt!: Date;
}

export const ProposalConnection = connectionType("Proposal", () => Proposal);

/** A page of the proposals of one kind. */
@ArgsType()
export class ProposalPageArgs extends PageArgs {
  @Field(() => ProposalKinds)
  readonly kind!: ProposalKind;
}

@Resolver(() => Proposal)
export class ProposalResolver {
  @Query(() => Proposal, { nullable: true })
  @Does("person.administer", "client.administer", "policy.administer", "marking.administer", "audit.administer")
  proposal(
    @Ctx() context: Context,
    @Arg("kind", () => ProposalKinds) kind: ProposalKind,
    @Arg("id", () => ID) id: string,
  ): Promise<ProposalRow | null> {
    return context.operation.query(proposalById(kind), { id: localId("proposal", id) });
  }

  @Query(() => ProposalConnection, { description: "Proposals of one kind that the caller may see." })
  @Does("person.administer", "client.administer", "policy.administer", "marking.administer", "audit.administer")
  proposals(
    @Ctx() context: Context,
    @Args(() => ProposalPageArgs) args: ProposalPageArgs,
  ): Promise<Connection<ProposalRow>> {
    const place = { field: "Query.proposals", parent: args.kind };
    return connectionById(
      context,
      place,
      args,
      async (page) =>
        (await context.operation.query(proposalPage(args.kind), page)) ?? { rows: [], hasNextPage: false },
    );
  }

  @FieldResolver(() => ID)
  id(@Root() row: ProposalRow): string {
    return globalId("proposal", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: ProposalRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => ID)
  requesterId(@Root() row: ProposalRow): string {
    return globalId("person", row.requesterId);
  }

  @FieldResolver(() => ProposalStates)
  state(@Ctx() context: Context, @Root() row: ProposalRow): Promise<ProposalState> {
    return context.operation.nested((grant) => proposalState(grant, row));
  }

  @FieldResolver(() => ID, { nullable: true, description: "Who approved it; null while nobody has." })
  async approverId(@Ctx() context: Context, @Root() row: ProposalRow): Promise<string | null> {
    const approval = await context.operation.nested((grant) => approvalOf(grant, row));
    return approval && globalId("person", approval.approverId);
  }
}
