import { Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { Grant } from "../../policy/grant.ts";
import { globalId } from "../global-id.ts";
import { markingOf } from "./context.ts";
import type { Context } from "./context.ts";
import { Marking } from "./node.ts";
import { OntologyClass, OntologyVersion } from "./ontology-version.ts";
import type { OntologyClassRow, OntologyVersionRow } from "./ontology-version.ts";
import type { MarkingValue, RevisionRow } from "./rows.ts";
import { DateTimeScalar, JsonScalar } from "./scalars.ts";

/** Reviews of a label that the caller may see, newest first. */
export const reviewsOf = (grant: Grant, labelId: string, limit: number) =>
  grant.read.all("labelReview", { parent: "label", id: labelId }, limit, "t.created_at desc, t.id");

/** The row of a review. */
export type ReviewRow = Awaited<ReturnType<typeof reviewsOf>>[number];

/** One revision of a label, at its own marking. */
@ObjectType({ simpleResolvers: true })
export class LabelRevision {
  @Field(() => Int)
  readonly ordinal!: number;

  @Field(() => String, { description: "create, import, revise or retract." })
  readonly kind!: string;

  @Field(() => JsonScalar, {
    description: "In pixels of the original: x to the right, y down, (0, 0) the outer corner of the first pixel.",
  })
  readonly shape!: unknown;

  @Field(() => JsonScalar)
  readonly attributes!: unknown;

  @Field(() => Float, { nullable: true, description: "A model's confidence, 0 to 1." })
  readonly score!: number | null;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

/** A review of one revision by somebody who did not write it. */
@ObjectType({ simpleResolvers: true })
export class LabelReview {
  @Field(() => String, { description: "accept or reject." })
  readonly verdict!: string;

  @Field(() => String)
  readonly comment!: string;

  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
}

@Resolver(() => LabelRevision)
export class LabelRevisionResolver {
  @FieldResolver(() => ID)
  id(@Root() row: RevisionRow): string {
    return globalId("labelRevision", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: RevisionRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => ID)
  authorId(@Root() row: RevisionRow): string {
    return globalId("person", row.authorId);
  }

  @FieldResolver(() => OntologyClass, { nullable: true })
  class(@Ctx() context: Context, @Root() row: RevisionRow): Promise<OntologyClassRow | null> {
    return context.classes.get(row.classId);
  }

  @FieldResolver(() => OntologyVersion, { nullable: true, description: "What it was checked against." })
  ontologyVersion(@Ctx() context: Context, @Root() row: RevisionRow): Promise<OntologyVersionRow | null> {
    return context.versions.get(row.ontologyVersionId);
  }
}

@Resolver(() => LabelReview)
export class LabelReviewResolver {
  @FieldResolver(() => ID)
  id(@Root() row: ReviewRow): string {
    return globalId("labelReview", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: ReviewRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => ID)
  revisionId(@Root() row: ReviewRow): string {
    return globalId("labelRevision", row.revisionId);
  }

  @FieldResolver(() => ID)
  reviewerId(@Root() row: ReviewRow): string {
    return globalId("person", row.reviewerId);
  }
}
