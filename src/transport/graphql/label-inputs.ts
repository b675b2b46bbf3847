import { Field, Float, ID, InputType, registerEnumType } from "type-graphql";
import { ReadersInput } from "./distribution-list.ts";
import { Input } from "./payload.ts";
import { JsonScalar } from "./scalars.ts";

/** What a review says. */
export const Verdict = { ACCEPT: "accept", REJECT: "reject" } as const;
registerEnumType(Verdict, { name: "Verdict" });

const SHAPE = "A shape by its kind, in pixels of the original.";

@InputType()
export class LabelCreateInput extends Input {
  @Field(() => ID)
  readonly assetId!: string;

  @Field(() => String)
  readonly classKey!: string;

  @Field(() => JsonScalar, { description: SHAPE })
  readonly shape!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  readonly attributes?: unknown;

  @Field(() => String, {
    nullable: true,
    description: "Banner or portion; the join of asset and class where none is given.",
  })
  readonly marking?: string | null;

  @Field(() => ReadersInput, { nullable: true })
  readonly readers?: ReadersInput | null;
}

@InputType()
export class PreLabelInput {
  @Field(() => String)
  readonly classKey!: string;

  @Field(() => JsonScalar, { description: SHAPE })
  readonly shape!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  readonly attributes?: unknown;

  @Field(() => Float, { description: "0 to 1." })
  readonly score!: number;
}

@InputType()
export class LabelsImportInput extends Input {
  @Field(() => ID)
  readonly assetId!: string;

  @Field(() => [PreLabelInput], { description: "1 to 1,000." })
  readonly labels!: PreLabelInput[];
}

@InputType()
export class LabelReviseInput extends Input {
  @Field(() => ID)
  readonly labelId!: string;

  @Field(() => ID, { description: "The latest revision that the caller saw." })
  readonly baseRevisionId!: string;

  @Field(() => String, { nullable: true, description: "What is not given stays as it is." })
  readonly classKey?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: SHAPE })
  readonly shape?: unknown;

  @Field(() => JsonScalar, { nullable: true })
  readonly attributes?: unknown;

  @Field(() => String, { nullable: true })
  readonly marking?: string | null;
}

@InputType()
export class LabelRetractInput extends Input {
  @Field(() => ID)
  readonly labelId!: string;

  @Field(() => ID, { description: "The latest revision that the caller saw." })
  readonly baseRevisionId!: string;
}

@InputType()
export class LabelReviewInput extends Input {
  @Field(() => ID)
  readonly labelId!: string;

  @Field(() => ID, { description: "The revision that is reviewed: the latest." })
  readonly revisionId!: string;

  @Field(() => Verdict)
  readonly verdict!: "accept" | "reject";

  @Field(() => String, { nullable: true, description: "At most 2,000 characters." })
  readonly comment?: string | null;

  @Field(() => String, { nullable: true })
  readonly marking?: string | null;
}
