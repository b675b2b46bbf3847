import { Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { Grant } from "../../policy/grant.ts";
import { globalId } from "../global-id.ts";
import { markingOf } from "./context.ts";
import type { Context } from "./context.ts";
import { Marking } from "./node.ts";
import { Holds } from "./price.ts";
import type { MarkingValue } from "./rows.ts";
import { JsonScalar } from "./scalars.ts";

const MAX_CLASSES = 500;

const versionById = (grant: Grant, id: string) => grant.read.byId("ontologyVersion", id);
const classesOf = (grant: Grant, id: string) =>
  grant.read.all("ontologyClass", { parent: "version", id }, MAX_CLASSES, "t.key, t.id");

/** The row of an ontology version. */
export type OntologyVersionRow = NonNullable<Awaited<ReturnType<typeof versionById>>>;
/** The row of a class. */
export type OntologyClassRow = Awaited<ReturnType<typeof classesOf>>[number];

/** A version of an ontology: labels stay bound to the version they were made under. */
@ObjectType({ simpleResolvers: true })
export class OntologyVersion {
  @Field(() => Int)
  readonly version!: number;
}

/** A class that a label may take; its very name can be classified. */
@ObjectType({ simpleResolvers: true })
export class OntologyClass {
  @Field(() => String)
  readonly key!: string;
}

/** What a class says, as it was checked when it was stored. */
function definitionOf(row: OntologyClassRow): {
  readonly name: string;
  readonly shapes: readonly string[];
  readonly attributes: unknown;
} {
  return row.definition as { readonly name: string; readonly shapes: readonly string[]; readonly attributes: unknown };
}

@Resolver(() => OntologyVersion)
export class OntologyVersionResolver {
  @FieldResolver(() => ID)
  id(@Root() row: OntologyVersionRow): string {
    return globalId("ontologyVersion", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: OntologyVersionRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => [OntologyClass], {
    description: "The classes that the caller may see, in the order of their keys.",
  })
  @Holds(50)
  classes(@Ctx() context: Context, @Root() row: OntologyVersionRow): Promise<OntologyClassRow[]> {
    return context.operation.nested((grant) => classesOf(grant, row.id));
  }
}

@Resolver(() => OntologyClass)
export class OntologyClassResolver {
  @FieldResolver(() => ID)
  id(@Root() row: OntologyClassRow): string {
    return globalId("ontologyClass", row.id);
  }

  @FieldResolver(() => Marking)
  marking(@Ctx() context: Context, @Root() row: OntologyClassRow): MarkingValue | Promise<MarkingValue> {
    return markingOf(context, row);
  }

  @FieldResolver(() => String)
  name(@Root() row: OntologyClassRow): string {
    return definitionOf(row).name;
  }

  @FieldResolver(() => [String], { description: "Shapes that draw it: box, rotatedBox, polygon, polyline, point." })
  shapes(@Root() row: OntologyClassRow): readonly string[] {
    return definitionOf(row).shapes;
  }

  @FieldResolver(() => JsonScalar, {
    description: "A list of attributes: key, type, required, and choices, min, max or maxLength.",
  })
  attributes(@Root() row: OntologyClassRow): unknown {
    return definitionOf(row).attributes;
  }
}
