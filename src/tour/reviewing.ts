import { done, refusal } from "./api-client.ts";
import type { ApiClient } from "./api-client.ts";
import type { Drawn, DrawnLabel } from "./labeling.ts";
import { classKey } from "./material.ts";
import type { Material } from "./material.ts";
import { several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

const MOST_ACCEPTED = 20;

const REVIEW = { field: "labelReview", select: "label { reviews(first: 1) { verdict } }" };
const CREATE = { field: "labelCreate", select: "label { id latest { id } }" };
const RETRACT = { field: "labelRetract", select: "label { state }" };

interface Reviewed {
  readonly label: { readonly reviews: readonly { readonly verdict: string }[] } | null;
}

type Revision = Pick<DrawnLabel, "id" | "revisionId">;

const verdictOn = ({ id, revisionId }: Revision, verdict: "ACCEPT" | "REJECT", comment = ""): object => ({
  labelId: id,
  revisionId,
  verdict,
  comment,
});

/** Rita draws a label herself, may not accept it, and retracts it. */
async function ownWork(rita: ApiClient, { label, on }: DrawnLabel, material: Material): Promise<void> {
  const input = {
    assetId: on.id,
    classKey: classKey(material, label.className),
    shape: label.shape,
    attributes: label.attributes,
  };
  const { label: own } = done(
    await rita.mutate<{ label: { id: string; latest: { id: string } | null } | null }>(CREATE, input),
    "Rita's label",
  );
  told(own?.latest != null, "Rita does not see her own label");
  const { id, latest } = own;
  const refused = refusal(await rita.mutate(REVIEW, verdictOn({ id, revisionId: latest.id }, "ACCEPT")));
  toldEqual(refused?.code ?? null, "SELF_REVIEW", "the answer to Rita's review of her own label");
  const retracted = done(
    await rita.mutate<{ label: { state: string } | null }>(RETRACT, { labelId: id, baseRevisionId: latest.id }),
    "a retraction",
  );
  toldEqual(retracted.label?.state ?? null, "RETRACTED", "the state of Rita's label");
}

/**
 * Rita accepts some labels and rejects the mistake; Ana may not review at all, and Rita not what she drew herself. Returns
 * how many labels were accepted.
 */
export async function review(
  tell: Telling,
  rita: ApiClient,
  ana: ApiClient,
  drawn: Drawn,
  material: Material,
): Promise<number> {
  const accepted = drawn.labels.slice(0, MOST_ACCEPTED);
  for (const payload of await rita.mutateMany<Reviewed>(
    REVIEW,
    accepted.map((label) => verdictOn(label, "ACCEPT")),
  )) {
    toldEqual(done(payload, "a review").label?.reviews[0]?.verdict ?? null, "accept", "Rita's verdict");
  }
  const rejected = done(
    await rita.mutate<Reviewed>(REVIEW, verdictOn(drawn.mistake, "REJECT", "There is nothing here.")),
    "a review",
  );
  toldEqual(rejected.label?.reviews[0]?.verdict ?? null, "reject", "Rita's verdict");
  tell.say(`Rita accepts ${several(accepted.length, "label")} and rejects the mistake: "There is nothing here."`);
  toldEqual(
    refusal(await ana.mutate(REVIEW, verdictOn(drawn.mistake, "ACCEPT")))?.code ?? null,
    "NOT_PERMITTED",
    "the answer to Ana's review of her own label",
  );
  await ownWork(rita, drawn.labels[0] ?? drawn.mistake, material);
  tell.say(
    "Ana would accept it herself and is refused: NOT_PERMITTED. Rita draws one, would accept it, and is refused: SELF_REVIEW; she retracts it.",
  );
  tell.figure("accepted", accepted.length);
  tell.figure("rejected", 1);
  tell.figure("retracted", 1);
  tell.figure("selfReview", "SELF_REVIEW");
  return accepted.length;
}
