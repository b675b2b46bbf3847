import { stat } from "node:fs/promises";
import { join } from "node:path";
import { done } from "../src/tour/api-client.ts";
import { box, makeDataset, withServer } from "./bench-server.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";

const SIDE = 1_024;
const IMAGES = 8;
const LABELS_PER_IMAGE = 25;

interface DeliveryView {
  readonly id: string;
  readonly manifestSha384: string;
  readonly packageUrl: string | null;
}

/** From the request for a delivery to its package on the recipient's disk, through two approvals and the release. */
export const deliveryBench: Benchmark = {
  summary: `a delivery of ${IMAGES} images and ${IMAGES * LABELS_PER_IMAGE} labels, from the request to the package`,
  run: (folder, signal) =>
    withServer(folder, signal, async (server) => {
      const report = reporter("delivery", server.machine);
      const { datasetId, assetIds } = await makeDataset(await server.as("sam"), "Delivery", {
        markings: Array.from({ length: IMAGES }, () => null),
        side: SIDE,
      });
      const labels = assetIds.flatMap((assetId) =>
        Array.from({ length: LABELS_PER_IMAGE }, (_, at) => ({
          assetId,
          classKey: "vessel",
          shape: box(at, SIDE),
          attributes: { note: `${at}` },
        })),
      );
      const drawn = await (await server.as("ana")).mutateMany({ field: "labelCreate", select: "label { id }" }, labels);
      for (const payload of drawn) done(payload, "the label");
      const petra = await server.as("petra");
      const { data } = await petra.graphql<{ recipients: { id: string; name: string }[] }>(
        "{ recipients { id name } }",
      );
      const recipientId = data.recipients.find(({ name }) => name.startsWith("Maritime"))?.id;
      const begin = performance.now();
      let before = begin;
      const stage = (name: string): void => {
        signal.throwIfAborted();
        const now = performance.now();
        report(name, now - before, "ms");
        before = now;
      };
      const select = "delivery { id manifestSha384 packageUrl }";
      const request = { datasetId, recipientId, purpose: "bench" };
      const { delivery } = done(
        await petra.mutate<{ delivery: DeliveryView }>({ field: "deliveryRequest", select }, request),
        "the request",
      );
      stage("request: freeze, manifest, sealed label files");
      const approval = { deliveryId: delivery.id, manifestSha384: delivery.manifestSha384 };
      const [victor, wanda] = [await server.as("victor"), await server.as("wanda")];
      for (const approver of [victor, wanda]) {
        done(await approver.mutate({ field: "deliveryApprove", select }, approval), "the approval");
      }
      stage("two approvals");
      const released = done(
        await wanda.mutate<{ delivery: DeliveryView }>(
          { field: "deliveryRelease", select },
          { deliveryId: delivery.id },
        ),
        "the release",
      );
      stage("release: entry, checkpoint, statement, CMS signature");
      const path = join(folder, "package.tar");
      await petra.download(released.delivery.packageUrl ?? "", path);
      stage("package received");
      const seconds = (performance.now() - begin) / 1_000;
      report("request to package", seconds, "s");
      const { size } = await stat(path);
      report("bytes of the package", size, "B");
      report("package bytes per second of the whole", size / seconds, "B/s");
    }),
};
