import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { createOntology, createOntologyVersion } from "../../labeling/ontology-commands.ts";
import type { ClassInput } from "../../labeling/ontology-commands.ts";
import { localId } from "../global-id.ts";
import { Does } from "./action.ts";
import { node } from "./context.ts";
import type { Context } from "./context.ts";
import { Ontology } from "./ontology.ts";
import { OntologyVersion } from "./ontology-version.ts";
import type { OntologyVersionRow } from "./ontology-version.ts";
import { Input, Payload, act } from "./payload.ts";
import type { OntologyRow } from "./rows.ts";
import { JsonScalar } from "./scalars.ts";

@InputType()
export class OntologyClassInput {
  @Field(() => String)
  readonly key!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => [String], { description: "Shapes that may draw it: box, rotatedBox, polygon, polyline, point." })
  readonly shapes!: string[];

  @Field(() => JsonScalar, {
    description: "A list of attributes: key, type, required, and choices, min, max or maxLength.",
  })
  readonly attributes!: unknown;

  @Field(() => String, {
    nullable: true,
    description: "Where the class's very name is marked higher than its ontology.",
  })
  readonly marking?: string | null;
}

@InputType()
export class OntologyCreateInput extends Input {
  @Field(() => ID)
  readonly programId!: string;

  @Field(() => String)
  readonly name!: string;

  @Field(() => String, { description: "Banner or portion." })
  readonly marking!: string;

  @Field(() => [OntologyClassInput])
  readonly classes!: OntologyClassInput[];
}

@ObjectType({ simpleResolvers: true })
export class OntologyCreatePayload extends Payload {
  @Field(() => Ontology, { nullable: true })
  readonly ontology?: OntologyRow | null;
}

@InputType()
export class OntologyVersionCreateInput extends Input {
  @Field(() => ID)
  readonly ontologyId!: string;

  @Field(() => [OntologyClassInput])
  readonly classes!: OntologyClassInput[];
}

@ObjectType({ simpleResolvers: true })
export class OntologyVersionCreatePayload extends Payload {
  @Field(() => OntologyVersion, { nullable: true })
  readonly ontologyVersion?: OntologyVersionRow | null;
}

function classesFrom(inputs: readonly OntologyClassInput[]): ClassInput[] {
  return inputs.map(({ key, name, shapes, attributes, marking = null }) => ({
    definition: { key, name, shapes: [...shapes], attributes },
    marking,
  }));
}

@Resolver()
export class OntologyMutations {
  @Mutation(() => OntologyCreatePayload, { description: "Creates an ontology with its first version." })
  @Does("ontology.create")
  ontologyCreate(
    @Ctx() context: Context,
    @Arg("input", () => OntologyCreateInput) input: OntologyCreateInput,
  ): Promise<Payload> {
    const { name, marking } = input;
    const value = {
      programId: localId("program", input.programId),
      name,
      marking,
      classes: classesFrom(input.classes),
    };
    return act(context, createOntology, input, value, async ({ id }) => ({
      ontology: await node(context, "ontology", id),
    }));
  }

  @Mutation(() => OntologyVersionCreatePayload, {
    description: "Creates the next version; labels stay bound to the version they were made under.",
  })
  @Does("ontology.create")
  ontologyVersionCreate(
    @Ctx() context: Context,
    @Arg("input", () => OntologyVersionCreateInput) input: OntologyVersionCreateInput,
  ): Promise<Payload> {
    const value = { ontologyId: localId("ontology", input.ontologyId), classes: classesFrom(input.classes) };
    return act(context, createOntologyVersion, input, value, async ({ id }) => ({
      ontologyVersion: await context.operation.nested((grant) => grant.read.byId("ontologyVersion", id)),
    }));
  }
}
