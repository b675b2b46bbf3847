import { Field, InputType, ObjectType } from "type-graphql";
import { authorityOf } from "../../datasets/authority.ts";
import { linesOf, printAuthority } from "../../markings/index.ts";
import type { AuthorityLines } from "../../markings/index.ts";
import { markingOf } from "./context.ts";
import type { Context } from "./context.ts";

/** One source of derived information. */
@ObjectType({ simpleResolvers: true })
export class AuthoritySource {
  @Field(() => String)
  readonly title!: string;

  @Field(() => String, { nullable: true, description: "YYYYMMDD; null for a source that is cited without a day." })
  readonly date!: string | null;
}

/** A classification authority block. */
@ObjectType({
  simpleResolvers: true,
  description: "Who classified, why or from what, and when it is declassified. A day that has passed opens nothing.",
})
export class Authority {
  @Field(() => String, { description: "Name and position, or a unique id." })
  readonly classifiedBy!: string;

  @Field(() => [String], { description: "1.4(a) to 1.4(h); on original classification only." })
  readonly reasons!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: "Title of the source, with its day where it has one, or Multiple Sources.",
  })
  readonly derivedFrom!: string | null;

  @Field(() => [AuthoritySource], { description: "The list behind Multiple Sources." })
  readonly sources!: readonly AuthoritySource[];

  @Field(() => String, { description: "YYYYMMDD, an event, or an exemption." })
  readonly declassifyOn!: string;

  @Field(() => String, { nullable: true })
  readonly downgradeTo!: string | null;

  @Field(() => String, { nullable: true, description: "YYYYMMDD or an event." })
  readonly downgradeOn!: string | null;

  @Field(() => String, { description: "The block as it is printed." })
  readonly text!: string;
}

@InputType()
export class AuthoritySourceInput {
  @Field(() => String)
  readonly title!: string;

  @Field(() => String, { nullable: true, description: "YYYYMMDD; none for a source that is cited without a day." })
  readonly date?: string | null;
}

@InputType({
  description: "A classification authority block: with reasons when original, with derivedFrom when derived.",
})
export class AuthorityInput {
  @Field(() => String, { description: "Name and position, or a unique id." })
  readonly classifiedBy!: string;

  @Field(() => [String], { nullable: true, description: "1.4(a) to 1.4(h)." })
  readonly reasons?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "TITLE, dated YYYYMMDD; TITLE; or Multiple Sources." })
  readonly derivedFrom?: string | null;

  @Field(() => [AuthoritySourceInput], { nullable: true })
  readonly sources?: readonly AuthoritySourceInput[] | null;

  @Field(() => String, { description: "YYYYMMDD, an event, or an exemption." })
  readonly declassifyOn!: string;

  @Field(() => String, { nullable: true })
  readonly downgradeTo?: string | null;

  @Field(() => String, { nullable: true, description: "YYYYMMDD or an event." })
  readonly downgradeOn?: string | null;
}

/** The lines of a block that a caller gives; nothing of them is checked yet. */
export function authorityLines(input: AuthorityInput | null | undefined): AuthorityLines | null {
  if (!input) return null;
  return {
    classifiedBy: input.classifiedBy,
    reasons: input.reasons ?? [],
    derivedFrom: input.derivedFrom ?? null,
    sources: (input.sources ?? []).map(({ title, date }) => ({ title, date: date ?? null })),
    declassifyOn: input.declassifyOn,
    downgradeTo: input.downgradeTo ?? null,
    downgradeOn: input.downgradeOn ?? null,
  };
}

/** The block of a row, shown at the row's own marking; null when it is unclassified. */
export async function authorityShown(
  context: Context,
  row: {
    readonly authority?: AuthorityLines | null | undefined;
    readonly markingId: string;
    readonly authorId: string;
    readonly createdAt: Date;
  },
): Promise<Authority | null> {
  const { structure } = await markingOf(context, row);
  const block = authorityOf(row, structure);
  return block === null ? null : { ...linesOf(block), text: printAuthority(block) };
}
