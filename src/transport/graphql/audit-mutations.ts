import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from "type-graphql";
import { sectionErasure } from "../../administration/section-erasure.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import type { Context } from "./context.ts";
import { Input } from "./payload.ts";
import type { Payload } from "./payload.ts";
import { ProposalPayload, proposeOnce } from "./proposal-mutations.ts";

@InputType()
export class AuditEraseProposeInput extends Input {
  @Field(() => ID, { description: "The person whose own requests are meant." })
  readonly personId!: string;

  @Field(() => [String], { description: "Months in UTC that are over, as 2026-09." })
  readonly months!: readonly string[];

  @Field(() => [String], {
    nullable: true,
    description: "Banners of the sections that are meant; all that the caller may open when there is none.",
  })
  readonly markings?: readonly string[] | null;

  @Field(() => String, { description: "The legal basis; it stands in the entry." })
  readonly authority!: string;
}

@Resolver()
export class AuditMutations {
  @Mutation(() => ProposalPayload, {
    description: "Asks that what the log holds of a person's own requests be erased: its keys are destroyed for good.",
  })
  @Does("audit.administer")
  auditErasePropose(
    @Ctx() context: Context,
    @Arg("input", () => AuditEraseProposeInput) input: AuditEraseProposeInput,
  ): Promise<Payload> {
    const { months, markings, authority } = input;
    const value = { personId: localId("person", input.personId), months, markings: markings ?? [], authority };
    return proposeOnce(context, sectionErasure, input, value);
  }
}
