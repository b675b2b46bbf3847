import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { compilationRemoval } from "../../administration/compilation-removal.ts";
import { markingLower, markingWiden, raiseMarking } from "../../administration/markings.ts";
import type { MarkingInput, RaiseInput } from "../../administration/markings.ts";
import { NO_ID, parseGlobalId } from "../global-id.ts";
import { Does } from "./action.ts";
import type { Context } from "./context.ts";
import { Node, anyNode } from "./node.ts";
import { Input, Payload, act } from "./payload.ts";
import { ProposalPayload, proposeOnce } from "./proposal-mutations.ts";

@InputType()
export class MarkingChangeInput extends Input {
  @Field(() => ID, {
    description: "A dataset, an asset or a label; a review, an ontology or a delivery, which can only be raised.",
  })
  readonly objectId!: string;

  @Field(() => String, { description: "Banner or portion." })
  readonly marking!: string;

  @Field(() => String)
  readonly reason!: string;
}

@InputType()
export class CompilationRemoveInput extends Input {
  @Field(() => ID, { description: "A compilation of a dataset, or a rule about what its labels are together." })
  readonly compilationId!: string;

  @Field(() => String)
  readonly reason!: string;
}

@ObjectType({ simpleResolvers: true })
export class MarkingRaisePayload extends Payload {
  @Field(() => Node, { nullable: true, description: "The object, as the caller sees it now." })
  readonly object?: object | null;
}

function changeOf({ objectId, marking, reason }: MarkingChangeInput): MarkingInput {
  const named = parseGlobalId(objectId);
  const noun = named?.noun;
  if (named && (noun === "dataset" || noun === "asset" || noun === "label"))
    return { noun, id: named.id, marking, reason };
  return { noun: "asset", id: NO_ID, marking, reason };
}

/** As changeOf; a review, an ontology and a delivery can be raised too, and nothing else be done to them. */
function raiseOf(input: MarkingChangeInput): RaiseInput {
  const named = parseGlobalId(input.objectId);
  const noun = named?.noun;
  if (named && (noun === "labelReview" || noun === "ontology" || noun === "delivery"))
    return { noun, id: named.id, marking: input.marking, reason: input.reason };
  return changeOf(input);
}

@Resolver()
export class MarkingMutations {
  @Mutation(() => MarkingRaisePayload, {
    description: "Raises a marking at once. What stands below follows; it holds at the next statement of everybody.",
  })
  @Does("marking.raise")
  markingRaise(
    @Ctx() context: Context,
    @Arg("input", () => MarkingChangeInput) input: MarkingChangeInput,
  ): Promise<Payload> {
    const reread = async (): Promise<object> => ({ object: await anyNode(context, input.objectId) });
    return act(context, raiseMarking, input, raiseOf(input), reread);
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a marking be lowered and released to nobody new." })
  @Does("marking.administer")
  markingLowerPropose(
    @Ctx() context: Context,
    @Arg("input", () => MarkingChangeInput) input: MarkingChangeInput,
  ): Promise<Payload> {
    return proposeOnce(context, markingLower, input, changeOf(input));
  }

  @Mutation(() => ProposalPayload, { description: "Asks that what a dataset is as a whole be lowered." })
  @Does("marking.administer")
  compilationRemovePropose(
    @Ctx() context: Context,
    @Arg("input", () => CompilationRemoveInput) input: CompilationRemoveInput,
  ): Promise<Payload> {
    const named = parseGlobalId(input.compilationId);
    const noun = named?.noun === "compilationRule" ? "compilationRule" : "compilation";
    const id = named?.noun === noun ? named.id : NO_ID;
    return proposeOnce(context, compilationRemoval, input, { noun, id, reason: input.reason });
  }

  @Mutation(() => ProposalPayload, { description: "Asks that a marking be released to more countries." })
  @Does("marking.administer")
  markingWidenPropose(
    @Ctx() context: Context,
    @Arg("input", () => MarkingChangeInput) input: MarkingChangeInput,
  ): Promise<Payload> {
    return proposeOnce(context, markingWiden, input, changeOf(input));
  }
}
