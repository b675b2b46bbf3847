import { createHash } from "node:crypto";
import { done, refusal } from "./api-client.ts";
import type { ApiClient } from "./api-client.ts";
import { COALITION_CELL, sees } from "./clearance.ts";
import type { Drawn } from "./labeling.ts";
import type { Loaded } from "./loading.ts";
import { bytes, several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

const COALITION = "Coalition Training Cell";
const MARITIME = "Maritime Program Office";
/** Objects that a refusal names at most. */
const MOST_NAMED = 50;

/** A delivery as its approvers read it. */
export interface Requested {
  readonly id: string;
  readonly manifestSha384: string;
}

interface DeliveryView {
  readonly id: string;
  readonly state: string;
  readonly manifest: string;
  readonly manifestSha384: string;
  readonly marking: { readonly banner: string };
  readonly packageUrl: string | null;
  readonly approvals: readonly { readonly approvedAt: string }[];
}

const DELIVERY = "id state manifest manifestSha384 marking { banner } packageUrl approvals { approvedAt }";
const APPROVE = { field: "deliveryApprove", select: "delivery { state }" };
const RELEASE = { field: "deliveryRelease", select: `delivery { ${DELIVERY} }` };

async function recipientId(petra: ApiClient, name: string): Promise<string> {
  const { data } = await petra.graphql<{ recipients: { id: string; name: string }[] }>("{ recipients { id name } }");
  const found = data.recipients.find((recipient) => recipient.name === name);
  told(found !== undefined, `there is no recipient ${name}`);
  return found.id;
}

function request(
  petra: ApiClient,
  loaded: Loaded,
  recipient: string,
): Promise<{
  delivery: DeliveryView | null;
  userErrors: readonly { code: string; message: string; ids: readonly string[] }[];
}> {
  const input = { datasetId: loaded.datasetId, recipientId: recipient, purpose: "Tour of Caveat" };
  return petra.mutate<{ delivery: DeliveryView | null }>(
    { field: "deliveryRequest", select: `delivery { ${DELIVERY} }` },
    input,
  );
}

/** Petra asks for a delivery to an office that may not have all of it: refused, and every row that may not go is named. */
export async function refusedDelivery(tell: Telling, petra: ApiClient, loaded: Loaded, drawn: Drawn): Promise<void> {
  const refused = refusal(await request(petra, loaded, await recipientId(petra, COALITION)));
  toldEqual(refused?.code ?? null, "RECIPIENT_MAY_NOT_RECEIVE", "the answer to a delivery to the coalition");
  const barred = loaded.images.filter(({ marking }) => !sees(COALITION_CELL, marking));
  const images = new Set(barred.map(({ id }) => id));
  const labels = drawn.labels.filter(({ on }) => images.has(on.id));
  const expected = new Set([...images, ...labels.map(({ id }) => id)]);
  const named = refused?.ids ?? [];
  toldEqual(named.length, Math.min(expected.size, MOST_NAMED), "rows that the refusal names");
  told(
    named.every((id) => expected.has(id)),
    "the refusal names a row that may go",
  );
  toldEqual(Number.parseInt(refused?.message ?? "", 10), expected.size, "rows that the refusal counts");
  const titles = barred.map(({ image, marking }) => `"${image.title}" (${marking.banner})`).slice(0, 3);
  tell.say(
    `To the ${COALITION} (GBR, SECRET): refused, ${several(expected.size, "row")} may not go: ${titles.join(", ")}${barred.length > 3 ? " and more" : ""}, with ${several(labels.length, "label")} on them.`,
  );
  tell.say(`Petra, who may see them, is told which: ${several(named.length, "id")}.`);
  tell.figure("refusedRows", expected.size);
  tell.figure("namedRows", named.length);
}

/** Petra asks for the same to an office that may have it. */
export async function requestDelivery(
  tell: Telling,
  petra: ApiClient,
  loaded: Loaded,
  drawn: Drawn,
): Promise<Requested> {
  const { delivery } = done(await request(petra, loaded, await recipientId(petra, MARITIME)), "the delivery");
  told(delivery !== null, "Petra does not see her delivery");
  const manifest = JSON.parse(delivery.manifest) as { counts: { images: number; labels: number }; files: unknown[] };
  toldEqual(manifest.counts.images, loaded.images.length, "images in the manifest");
  toldEqual(manifest.counts.labels, drawn.labels.length, "labels in the manifest");
  toldEqual(delivery.state, "REQUESTED", "the state of the delivery");
  tell.say(
    `To the ${MARITIME} (USA): ${several(manifest.counts.images, "image")} and ${several(manifest.counts.labels, "label")} in ${several(manifest.files.length, "file")}, as a whole ${delivery.marking.banner}.`,
  );
  tell.say("Neither the rejected mistake nor a pre-label that nobody took up is in it.");
  tell.say(
    `Manifest: ${bytes(Buffer.byteLength(delivery.manifest))}, SHA-384 ${delivery.manifestSha384.slice(0, 16)}...`,
  );
  tell.figure("images", manifest.counts.images);
  tell.figure("labels", manifest.counts.labels);
  tell.figure("marking", delivery.marking.banner);
  tell.figure("manifestSha384", delivery.manifestSha384);
  return { id: delivery.id, manifestSha384: delivery.manifestSha384 };
}

/** Reads the manifest as an approver and takes its hash himself. */
async function hashAsRead(approver: ApiClient, id: string): Promise<string> {
  const { data } = await approver.graphql<{ delivery: { manifest: string } | null }>(
    "query($id: ID!) { delivery(id: $id) { manifest } }",
    { id },
  );
  told(data.delivery !== null, `${approver.handle} does not see the delivery`);
  return createHash("sha384").update(data.delivery.manifest, "utf8").digest("hex");
}

async function refusedWith(
  approver: ApiClient,
  mutation: { field: string; select: string },
  input: object,
  code: string,
  what: string,
): Promise<void> {
  toldEqual(refusal(await approver.mutate(mutation, input))?.code ?? null, code, what);
}

/**
 * Two approvers approve the hash of what they read; the requester may not, one alone is not enough, another hash is void.
 * Then it is released. Returns the path of the package.
 */
export async function approveAndRelease(
  tell: Telling,
  people: { readonly petra: ApiClient; readonly victor: ApiClient; readonly wanda: ApiClient },
  requested: Requested,
): Promise<string> {
  const { petra, victor, wanda } = people;
  const { id: deliveryId, manifestSha384 } = requested;
  await refusedWith(
    petra,
    APPROVE,
    { deliveryId, manifestSha384 },
    "NOT_PERMITTED",
    "the answer to Petra's approval of her own request",
  );
  tell.say("Petra may not approve her own request: NOT_PERMITTED.");
  await refusedWith(
    victor,
    APPROVE,
    { deliveryId, manifestSha384: "0".repeat(96) },
    "STALE",
    "the answer to the approval of another manifest",
  );
  const read = await hashAsRead(victor, deliveryId);
  toldEqual(read, manifestSha384, "the hash that Victor took of the manifest");
  done(await victor.mutate(APPROVE, { deliveryId, manifestSha384: read }), "Victor's approval");
  await refusedWith(
    victor,
    APPROVE,
    { deliveryId, manifestSha384: read },
    "ALREADY_DONE",
    "the answer to Victor's second approval",
  );
  await refusedWith(victor, RELEASE, { deliveryId }, "NOT_READY", "the answer to a release with one approval");
  tell.say(
    "Victor reads the manifest, takes its hash and approves that hash; another hash is STALE, a second time ALREADY_DONE, a release now NOT_READY.",
  );
  const second = done(
    await wanda.mutate<{ delivery: { state: string } | null }>(APPROVE, {
      deliveryId,
      manifestSha384: await hashAsRead(wanda, deliveryId),
    }),
    "Wanda's approval",
  );
  toldEqual(second.delivery?.state ?? null, "APPROVED", "the state of the delivery");
  await refusedWith(
    petra,
    RELEASE,
    { deliveryId },
    "NOT_PERMITTED",
    "the answer to Petra's release of her own request",
  );
  const { delivery } = done(
    await wanda.mutate<{ delivery: DeliveryView | null }>(RELEASE, { deliveryId }),
    "the release",
  );
  toldEqual(delivery?.state ?? null, "RELEASED", "the state of the delivery");
  toldEqual(delivery?.approvals.length ?? 0, 2, "approvals");
  told(delivery?.packageUrl != null, "the delivery has no package");
  tell.say(
    "Wanda does the same and releases it: the release stands in the log of the recipient, signed, before the package exists.",
  );
  tell.figure("approvals", 2);
  tell.figure("state", "RELEASED");
  return delivery.packageUrl;
}
