import { caller, nodes, query } from "./api.ts";
import type { Answer } from "./api.ts";
import {
  DELIVERIES,
  DELIVERIES_OF_PROGRAM,
  DELIVERY_FOLLOWED,
  DELIVERY_READ,
  DELIVERY_SURROUNDED,
} from "./generated/delivery.ts";
import type { ProgramDeliveries, SampleAsset, Standing, Wholes, Worker } from "./generated/delivery.ts";

/** Where a list goes on: a program, and the cursor behind which. */
export interface Place {
  readonly programId: string;
  readonly after: string;
}

/** Deliveries that the caller may see, by program; of one program alone where its list goes on. Throws Refused. */
export async function listedDeliveries(
  place: Place | null,
): Promise<Answer<{ readonly viewer: Worker; readonly programs: readonly ProgramDeliveries[] }>> {
  if (place === null) {
    const { data, marking } = await query(DELIVERIES);
    return { data: { viewer: caller(data.viewer), programs: nodes(data.programs) }, marking };
  }
  const { data, marking } = await query(DELIVERIES_OF_PROGRAM, { id: place.programId, after: place.after });
  return { data: { viewer: caller(data.viewer), programs: data.program ? [data.program] : [] }, marking };
}

/** One delivery with the manifest that approvers approve; null where there is none for the caller. Throws Refused. */
export async function deliveryRead(
  id: string,
): Promise<Answer<{ readonly viewer: Worker; readonly delivery: (Standing & { readonly manifest: string }) | null }>> {
  const { data, marking } = await query(DELIVERY_READ, { id });
  return { data: { ...data, viewer: caller(data.viewer) }, marking };
}

/** How it stands now. Throws Refused. */
export const deliveryFollowed = (id: string): Promise<Answer<{ readonly delivery: Standing | null }>> =>
  query(DELIVERY_FOLLOWED, { id });

/** How a delivery stands, with what lies around it: one answer, whose banner is over all of it. */
export interface Surrounded {
  readonly delivery: Standing | null;
  readonly dataset: Wholes | null;
  readonly samples: readonly SampleAsset[];
}

/** A delivery with its dataset and some of its images. Ids come out of the manifest. Throws Refused. */
export async function deliverySurrounded(
  id: string,
  datasetId: string,
  assetIds: readonly string[],
): Promise<Answer<Surrounded>> {
  const samples = assetIds.map((asset) => ({ asset }));
  const { data, marking } = await query(DELIVERY_SURROUNDED, { id, dataset: datasetId, samples });
  return { data: { ...data, samples: data.samples.filter((one) => one !== null) }, marking };
}
