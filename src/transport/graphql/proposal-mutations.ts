import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { clientApproval } from "../../administration/clients.ts";
import type { ProposalKind, ProposalRules } from "../../administration/proposal-kind.ts";
import { approveProposal, proposalById, propose, withdrawProposal } from "../../administration/proposals.ts";
import type { ProposalRow } from "../../administration/proposals.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import type { Context } from "./context.ts";
import { Input, Payload, act } from "./payload.ts";
import { Proposal, ProposalKinds } from "./proposal.ts";

@InputType()
export class ProposalApproveInput extends Input {
  @Field(() => ProposalKinds)
  readonly kind!: ProposalKind;

  @Field(() => ID)
  readonly proposalId!: string;

  @Field(() => String, { description: "SHA-384 of the content that the approver has read, hex." })
  readonly contentSha384!: string;
}

@InputType()
export class ProposalWithdrawInput extends Input {
  @Field(() => ProposalKinds)
  readonly kind!: ProposalKind;

  @Field(() => ID)
  readonly proposalId!: string;
}

@InputType()
export class ClientApproveProposeInput extends Input {
  @Field(() => String, { description: "The name under which its tokens come." })
  readonly clientId!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => String, { description: "The classification level up to which the client is accredited." })
  readonly ceiling!: string;

  @Field(() => Boolean)
  readonly deviceAttested!: boolean;

  @Field(() => String, { description: "The classification level up to which its network is accredited." })
  readonly networkCeiling!: string;
}

/** What every mutation about a proposal answers. */
@ObjectType({ simpleResolvers: true })
export class ProposalPayload extends Payload {
  @Field(() => Proposal, { nullable: true })
  readonly proposal?: ProposalRow | null;
}

/** The proposal that a mutation was about, read anew. */
async function reread(context: Context, kind: ProposalKind, id: string): Promise<{ proposal: ProposalRow | null }> {
  return { proposal: await context.operation.query(proposalById(kind), { id }) };
}

/** Proposes an act of this kind, once for its key. */
export function proposeOnce<I>(context: Context, rules: ProposalRules<I>, envelope: Input, input: I): Promise<Payload> {
  return act(context, propose(rules), envelope, input, ({ id }) => reread(context, rules.kind, id));
}

@Resolver()
export class ProposalMutations {
  @Mutation(() => ProposalPayload, {
    description:
      "Approves what another person proposed, by its hash; it is executed at once. Of a policy that comes into force nothing is read back here.",
  })
  @Does("person.approve", "client.approve", "policy.approve", "marking.approve", "audit.approve")
  proposalApprove(
    @Ctx() context: Context,
    @Arg("input", () => ProposalApproveInput) input: ProposalApproveInput,
  ): Promise<Payload> {
    const value = { proposalId: localId("proposal", input.proposalId), sha384: input.contentSha384 };
    return act(context, approveProposal(input.kind), input, value, ({ id }) =>
      // A policy that has come into force ends the tokens of this operation too: the proposal is read by the next one.
      input.kind === "policy.activate" ? Promise.resolve({ proposal: null }) : reread(context, input.kind, id),
    );
  }

  @Mutation(() => ProposalPayload, { description: "Ends a proposal that was not approved." })
  @Does("person.administer", "client.administer", "policy.administer", "marking.administer", "audit.administer")
  proposalWithdraw(
    @Ctx() context: Context,
    @Arg("input", () => ProposalWithdrawInput) input: ProposalWithdrawInput,
  ): Promise<Payload> {
    const value = { proposalId: localId("proposal", input.proposalId) };
    return act(context, withdrawProposal(input.kind), input, value, ({ id }) => reread(context, input.kind, id));
  }

  @Mutation(() => ProposalPayload, {
    description: "Asks that a client be approved, or approved again with other ceilings.",
  })
  @Does("client.administer")
  clientApprovePropose(
    @Ctx() context: Context,
    @Arg("input", () => ClientApproveProposeInput) input: ClientApproveProposeInput,
  ): Promise<Payload> {
    const { clientId, name, ceiling, deviceAttested, networkCeiling } = input;
    const value = { client: clientId, name, ceiling, deviceAttested, networkCeiling };
    return proposeOnce(context, clientApproval, input, value);
  }
}
