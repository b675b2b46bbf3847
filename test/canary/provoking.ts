import type { Client } from "pg";
import { BOX, CANARY, planted } from "./planting.ts";
import type { Caller, Planted } from "./planting.ts";

/** Asks wrongly in many ways, with the canary in what is asked. Every act is refused; none may tell of it. */
export async function provokeRefusals(caller: Caller, there: Planted): Promise<void> {
  const { programId, ontologyVersionId, datasetId, assetId, labelId, revisionId, recipientId } = there;
  const dataset = { programId, name: planted("dataset name"), marking: "SECRET//REL TO USA, FVEY", ontologyVersionId };
  const label = { assetId, classKey: "vessel", shape: BOX, attributes: {} };
  const refused: readonly (readonly [string, string, string, object])[] = [
    ["sam", "datasetCreate", "dataset { id }", dataset],
    ["sam", "datasetCreate", "dataset { id }", { ...dataset, name: CANARY.repeat(30) }],
    ["sam", "datasetCreate", "dataset { id }", { ...dataset, name: `${CANARY}\u0000` }],
    ["sam", "datasetCreate", "dataset { id }", { ...dataset, marking: `SECRET//${CANARY}` }],
    ["sam", "datasetCreate", "dataset { id }", { ...dataset, programId: CANARY }],
    ["sam", "assetCreate", "asset { id }", { datasetId, title: CANARY, mediaType: CANARY }],
    ["ana", "datasetCreate", "dataset { id }", { ...dataset, name: planted("another") }],
    ["ana", "labelCreate", "label { id }", { ...label, classKey: CANARY }],
    ["ana", "labelCreate", "label { id }", { ...label, shape: { kind: CANARY } }],
    ["ana", "labelCreate", "label { id }", { ...label, shape: { ...BOX, [CANARY]: CANARY } }],
    ["ana", "labelCreate", "label { id }", { ...label, attributes: { [CANARY]: CANARY } }],
    ["ana", "labelCreate", "label { id }", { ...label, attributes: { kind: CANARY } }],
    ["ana", "labelCreate", "label { id }", { ...label, attributes: { note: `${CANARY}\n` } }],
    ["ana", "labelCreate", "label { id }", { ...label, marking: CANARY }],
    ["ana", "labelCreate", "label { id }", { ...label, idempotencyKey: CANARY.repeat(9) }],
    ["rita", "labelReview", "label { id }", { labelId, revisionId, verdict: "ACCEPT", comment: planted("again") }],
    ["rita", "labelReview", "label { id }", { labelId, revisionId: CANARY, verdict: "REJECT", comment: CANARY }],
    ["rita", "labelReview", "label { id }", { labelId, revisionId, verdict: CANARY, comment: CANARY }],
    ["petra", "deliveryRequest", "delivery { id }", { datasetId, recipientId: CANARY, purpose: CANARY }],
    ["petra", "deliveryRequest", "delivery { id }", { datasetId, recipientId, purpose: `${CANARY}\u0007` }],
    ["victor", "deliveryApprove", "delivery { id }", { deliveryId: there.deliveryId, manifestSha384: CANARY }],
  ];
  for (const [handle, field, select, input] of refused) await caller.mutate(handle, field, select, input);
  for (const query of [
    `{ ${CANARY.replaceAll(/\W/g, "_")} }`,
    `{ dataset(id: "${CANARY}") { id } }`,
    `{ dataset(id: "${CANARY}" `,
    `query ${CANARY.replaceAll(/\W/g, "_")} { viewer { handle } nothing }`,
    `{ viewer { programs(first: 1, after: "${CANARY}") { edges { cursor } } } }`,
    `{ viewer { programs(first: "${CANARY}") { edges { cursor } } } }`,
    `# ${CANARY}\n{ __schema { types { name } } nothing }`,
  ]) {
    await caller.graphql("ben", query);
  }
}

/** Sends what is no request, with the canary in path, header and body. */
export async function provokeHttp(caller: Caller, there: Planted): Promise<void> {
  const json = { "content-type": "application/json" };
  const image = { "content-type": "image/jpeg" };
  const path = encodeURIComponent(CANARY);
  await caller.send("ana", { method: "POST", path: "/graphql", headers: json, body: `{"query": "${CANARY}` });
  await caller.send("ana", {
    method: "POST",
    path: "/graphql",
    headers: json,
    body: JSON.stringify({ query: "{ viewer { handle } }", extra: CANARY }),
  });
  await caller.send("ana", {
    method: "POST",
    path: "/graphql",
    headers: { "content-type": "text/plain" },
    body: CANARY,
  });
  await caller.send("ana", { method: "GET", path: `/${path}` });
  await caller.send("ana", { method: "GET", path: `/assets/${path}/display` });
  await caller.send("ana", { method: "GET", path: `/deliveries/${path}/package` });
  await caller.send("ana", { method: "GET", path: "/audit/archive", headers: { "x-note": CANARY } });
  await caller.send("ana", { method: "GET", path: "/trust", headers: { authorization: `Bearer ${CANARY}` } });
  await caller.send("sam", { method: "PUT", path: `/assets/${there.assetId}/content`, headers: image, body: CANARY });
  const asset = { datasetId: there.datasetId, title: planted("broken image"), mediaType: "image/jpeg" };
  const payload = await caller.mutate("sam", "assetCreate", "asset { id }", asset);
  const { id } = payload["asset"] as { readonly id: string };
  // A header that promises a picture, and then something else.
  const broken = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0x00, 0x40]), Buffer.from(CANARY.repeat(200))]);
  await caller.send("sam", { method: "PUT", path: `/assets/${id}/content`, headers: image, body: broken });
}

/** Makes the database refuse rows of which it quotes the content in its own errors. */
export async function provokeDatabase(caller: Caller, there: Planted, admin: Client): Promise<void> {
  const label = {
    assetId: there.assetId,
    classKey: "vessel",
    shape: BOX,
    attributes: { note: planted("refused row") },
  };
  const dataset = {
    programId: there.programId,
    name: planted("refused dataset"),
    marking: "SECRET//REL TO USA, FVEY",
    ontologyVersionId: there.ontologyVersionId,
  };
  for (const table of ["label_revision", "dataset"]) {
    await admin.query(`alter table data.${table} add constraint canary check (created_at is null) not valid`);
  }
  await caller.mutate("ana", "labelCreate", "label { id }", label);
  await caller.mutate("sam", "datasetCreate", "dataset { id }", dataset);
  for (const table of ["label_revision", "dataset"])
    await admin.query(`alter table data.${table} drop constraint canary`);
  await admin.query("revoke insert on data.label from caveat_app");
  await caller.mutate("ana", "labelCreate", "label { id }", label);
  await admin.query("grant insert on data.label to caveat_app");
}
