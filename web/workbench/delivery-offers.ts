import { query } from "./api.ts";
import type { Answer } from "./api.ts";
import { WORKER, nodesOf } from "./delivery-data.ts";
import type { Office, Page, Worker } from "./delivery-data.ts";

/** Datasets that are offered at once, and objects of a refusal that are named. */
const DATASETS = 100;
const NAMED = 20;

/** A dataset that may be asked for. */
export interface Offered {
  readonly id: string;
  readonly name: string;
  readonly marking: { readonly portion: string };
}

/** What a request can be made of: programs, the datasets of one of them, and offices. */
export interface Offers {
  readonly viewer: Worker;
  readonly recipients: readonly Office[];
  readonly programs: readonly { readonly id: string; readonly name: string }[];
  readonly chosen: string | null;
  readonly datasets: Page<Offered> | null;
}

const PROGRAMS = "programs(first: 20) { edges { node { id name } } }";

/** Programs, offices, and a page of the datasets of one program; of the first where none is chosen. Throws Refused. */
export async function offersOf(program: string | null, after: string | null): Promise<Answer<Offers>> {
  type Programs = { readonly edges: readonly { readonly node: { readonly id: string; readonly name: string } }[] };
  const [first] =
    program === null ? nodesOf((await query<{ programs: Programs }>(`{ ${PROGRAMS} }`)).data.programs) : [];
  const chosen = program ?? first?.id ?? null;
  const datasets =
    chosen === null
      ? ""
      : `program(id: $program) { datasets(first: ${DATASETS}, after: $after) { edges { node { id name marking { portion } } } pageInfo { hasNextPage endCursor } } }`;
  const { data, marking } = await query<{
    viewer: Worker;
    recipients: readonly Office[];
    programs: Programs;
    program?: { datasets: Page<Offered> } | null;
  }>(
    `query ${chosen === null ? "" : "($program: ID!, $after: String)"} { ${WORKER} recipients { id name organization country } ${PROGRAMS} ${datasets} }`,
    chosen === null ? {} : { program: chosen, after },
  );
  const { viewer, recipients } = data;
  return {
    data: { viewer, recipients, programs: nodesOf(data.programs), chosen, datasets: data.program?.datasets ?? null },
    marking,
  };
}

/** A dataset as it would be frozen now, and objects of it that a refusal named. */
export interface Frozen {
  readonly dataset:
    | (Offered & {
        readonly contentMarking: string;
        readonly assetCount: number | null;
        readonly labelCount: number | null;
      })
    | null;
  readonly named: readonly {
    readonly marking: { readonly portion: string };
    readonly title?: string;
    readonly asset?: { readonly title: string } | null;
  }[];
}

/** A dataset as it would be frozen now, with objects of it, at most 20. Throws Refused. */
export async function wouldFreeze(datasetId: string, ids: readonly string[] = []): Promise<Answer<Frozen>> {
  const names = ids.slice(0, NAMED).map((_, at) => `n${at}`);
  const text = `query ($id: ID!${names.map((name) => `, $${name}: ID!`).join("")}) {
    dataset(id: $id) { id name marking { portion } contentMarking assetCount labelCount }
    ${names.map((name) => `${name}: node(id: $${name}) { ... on Asset { title marking { portion } } ... on Label { marking { portion } asset { title } } }`).join("\n")}
  }`;
  const given = Object.fromEntries(names.map((name, at) => [name, ids[at]]));
  const { data, marking } = await query<{ dataset: Frozen["dataset"] } & Record<string, unknown>>(text, {
    id: datasetId,
    ...given,
  });
  const named = names.map((name) => data[name] as Frozen["named"][number] | null).filter((one) => one !== null);
  return { data: { dataset: data.dataset, named }, marking };
}
