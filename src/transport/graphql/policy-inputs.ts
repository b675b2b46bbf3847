import { Field, InputType } from "type-graphql";
import type { PolicySide } from "../../administration/policy-compare.ts";
import { CaveatError } from "../../errors.ts";
import type { PolicyDocuments } from "../../rulebook/documents.ts";

@InputType()
export class PolicyDocumentInput {
  @Field(() => String, { description: "Path from the policy folder: rules/label.json." })
  readonly path!: string;

  @Field(() => String)
  readonly text!: string;
}

@InputType({ description: "A policy: documents, or the hash of kept ones; with neither, the one in force." })
export class PolicySideInput {
  @Field(() => [PolicyDocumentInput], { nullable: true })
  readonly documents?: readonly PolicyDocumentInput[] | null;

  @Field(() => String, { nullable: true, description: "SHA-384 of the text of the documents, hex." })
  readonly documentsSha384?: string | null;
}

/** Documents by path. Throws INVALID_REQUEST when one is given twice. */
export function documentsOf(given: readonly PolicyDocumentInput[]): PolicyDocuments {
  const documents = Object.fromEntries(given.map(({ path, text }) => [path, text]));
  if (Object.keys(documents).length !== given.length) throw new CaveatError("INVALID_REQUEST", "a document twice");
  return documents;
}

/** The policy that a caller names. Throws INVALID_REQUEST for one that is named in two ways. */
export function sideOf({ documents, documentsSha384 }: PolicySideInput): PolicySide {
  if (documents && documentsSha384) throw new CaveatError("INVALID_REQUEST", "a policy in two ways");
  if (documents) return { documents: documentsOf(documents) };
  return documentsSha384 ? { documentsSha384 } : { active: true };
}
