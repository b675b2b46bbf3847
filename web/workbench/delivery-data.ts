import { query } from "./api.ts";
import type { Answer } from "./api.ts";

/** Who works at the desk. */
export interface Worker {
  readonly id: string;
  readonly roles: readonly string[];
  readonly sessionLevel: string;
}

/** An office that may receive deliveries. */
export interface Office {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly country: string;
}

/** What a delivery stands below until two who approve it lift this. */
export interface Hold {
  readonly id: string;
  readonly marking: { readonly portion: string };
  readonly liftedBy: readonly string[];
}

/** How a delivery stands: all that is told of it but its manifest. */
export interface Standing {
  readonly id: string;
  readonly state: "REQUESTED" | "APPROVED" | "RELEASED";
  readonly purpose: string;
  readonly manifestSha384: string;
  readonly requestedAt: string;
  readonly requesterId: string;
  readonly packageUrl: string | null;
  readonly marking: { readonly portion: string; readonly banner: string };
  readonly recipient: Office | null;
  readonly approvals: readonly { readonly approverId: string; readonly approvedAt: string }[];
  readonly holds: readonly Hold[];
}

const STANDING = `id state purpose manifestSha384 requestedAt requesterId packageUrl marking { portion banner }
  recipient { id name organization country } approvals { approverId approvedAt } holds { id marking { portion } liftedBy }`;
/** What is asked about who asks. */
export const WORKER = "viewer { id roles sessionLevel }";
/** Rows of a page of deliveries. */
const ROWS = 25;

/** A page of a list. */
export interface Page<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What stands in a page. */
export const nodesOf = <T>({ edges }: { readonly edges: readonly { readonly node: T }[] }): readonly T[] =>
  edges.map(({ node }) => node);

/** One program's deliveries, a page of them. */
export interface ProgramDeliveries {
  readonly id: string;
  readonly name: string;
  readonly marking: { readonly portion: string };
  readonly deliveries: Page<Standing>;
}

/** Where a list goes on: a program, and the cursor behind which. */
export interface Place {
  readonly programId: string;
  readonly after: string;
}

const LISTED = `id name marking { portion } deliveries(first: ${ROWS}, after: $after) { edges { node { ${STANDING} } } pageInfo { hasNextPage endCursor } }`;

/** Deliveries that the caller may see, by program; of one program alone where its list goes on. Throws Refused. */
export async function listedDeliveries(
  place: Place | null,
): Promise<Answer<{ readonly viewer: Worker; readonly programs: readonly ProgramDeliveries[] }>> {
  if (place === null) {
    const { data, marking } = await query<{
      viewer: Worker;
      programs: { edges: readonly { node: ProgramDeliveries }[] };
    }>(`query ($after: String) { ${WORKER} programs(first: 20) { edges { node { ${LISTED} } } } }`);
    return { data: { viewer: data.viewer, programs: nodesOf(data.programs) }, marking };
  }
  const { data, marking } = await query<{ viewer: Worker; program: ProgramDeliveries | null }>(
    `query ($id: ID!, $after: String) { ${WORKER} program(id: $id) { ${LISTED} } }`,
    { id: place.programId, after: place.after },
  );
  return { data: { viewer: data.viewer, programs: data.program ? [data.program] : [] }, marking };
}

/** One delivery with the manifest that approvers approve; null where there is none for the caller. Throws Refused. */
export const deliveryRead = (
  id: string,
): Promise<Answer<{ readonly viewer: Worker; readonly delivery: (Standing & { readonly manifest: string }) | null }>> =>
  query(`query ($id: ID!) { ${WORKER} delivery(id: $id) { ${STANDING} manifest } }`, { id });

/** How it stands now. Throws Refused. */
export const deliveryFollowed = (id: string): Promise<Answer<{ readonly delivery: Standing | null }>> =>
  query(`query ($id: ID!) { delivery(id: $id) { ${STANDING} } }`, { id });

/** A label of a sample, as it stands now. */
export interface SampleLabel {
  readonly id: string;
  readonly origin: string;
  readonly state: string;
  readonly standing: "STANDS" | "PENDING" | "SET_ASIDE";
  readonly latest: {
    readonly id: string;
    readonly kind: string;
    readonly createdAt: string;
    readonly shape: unknown;
    readonly class: { readonly key: string } | null;
  } | null;
  readonly reviews: readonly { readonly verdict: string; readonly revisionId: string }[];
}

/** An image of the delivery, as it stands now. */
export interface SampleAsset {
  readonly id: string;
  readonly title: string;
  readonly marking: { readonly portion: string };
  readonly width: number | null;
  readonly height: number | null;
  readonly labels: {
    readonly edges: readonly { readonly node: SampleLabel }[];
    readonly pageInfo: { readonly hasNextPage: boolean };
  };
}

const LABELS = 50;
const SAMPLE = `id title marking { portion } width height labels(first: ${LABELS}) { edges { node { id origin state standing
  latest { id kind createdAt shape class { key } } reviews(first: 1) { verdict revisionId } } } pageInfo { hasNextPage } }`;

/** What its dataset is together, as far as the caller may see. */
interface Wholes {
  readonly name: string;
  readonly marking: { readonly portion: string };
  readonly compilations: readonly { readonly id: string; readonly reason: string }[];
  readonly compilationRules: readonly { readonly id: string; readonly reason: string }[];
}

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
  const names = assetIds.map((_, at) => `a${at}`);
  const text = `query ($id: ID!, $dataset: ID!${names.map((name) => `, $${name}: ID!`).join("")}) {
    delivery(id: $id) { ${STANDING} }
    dataset(id: $dataset) { name marking { portion } compilations { id reason } compilationRules { id reason } }
    ${names.map((name) => `${name}: asset(id: $${name}) { ...sample }`).join("\n")}
  } ${names.length > 0 ? `fragment sample on Asset { ${SAMPLE} }` : ""}`;
  const given = Object.fromEntries(assetIds.map((assetId, at) => [`a${at}`, assetId]));
  const { data, marking } = await query<Pick<Surrounded, "delivery" | "dataset"> & Record<string, unknown>>(text, {
    id,
    dataset: datasetId,
    ...given,
  });
  const samples = names.map((name) => data[name] as SampleAsset | null).filter((one) => one !== null);
  return { data: { delivery: data.delivery, dataset: data.dataset, samples }, marking };
}
