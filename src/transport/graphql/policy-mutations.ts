import { Arg, Ctx, Field, InputType, Mutation, Resolver } from "type-graphql";
import { policyActivation } from "../../administration/policy-activation.ts";
import { CaveatError } from "../../errors.ts";
import { Does } from "./action.ts";
import type { Context } from "./context.ts";
import { Input } from "./payload.ts";
import type { Payload } from "./payload.ts";
import { PolicyDocumentInput, documentsOf } from "./policy-inputs.ts";
import { ProposalPayload, proposeOnce } from "./proposal-mutations.ts";

@InputType()
export class PolicyActivateProposeInput extends Input {
  @Field(() => [PolicyDocumentInput], { nullable: true, description: "New documents; or else the hash of kept ones." })
  readonly documents?: readonly PolicyDocumentInput[] | null;

  @Field(() => String, { nullable: true })
  readonly documentsSha384?: string | null;
}

@Resolver()
export class PolicyMutations {
  @Mutation(() => ProposalPayload, {
    description: "Asks that a policy come into force, a new one or one that was in force before.",
  })
  @Does("policy.administer")
  policyActivatePropose(
    @Ctx() context: Context,
    @Arg("input", () => PolicyActivateProposeInput) input: PolicyActivateProposeInput,
  ): Promise<Payload> {
    const { documents, documentsSha384 } = input;
    if (Boolean(documents) === Boolean(documentsSha384))
      throw new CaveatError("INVALID_REQUEST", "documents or their hash");
    const value = documents ? { documents: documentsOf(documents) } : { documentsSha384: documentsSha384 ?? "" };
    return proposeOnce(context, policyActivation, input, value);
  }
}
