import { caller, nodes, query } from "./api.ts";
import type { Answer } from "./api.ts";
import { DELIVERY_OFFERS, DELIVERY_OFFICES, DELIVERY_PROGRAMS, WOULD_FREEZE } from "./generated/delivery.ts";
import type {
  DeliveryBasis,
  FrozenDataset,
  NamedObject,
  OfferedDatasets,
  Office,
  Worker,
} from "./generated/delivery.ts";

/** Objects of a refusal that are named. */
const NAMED = 20;

/** What a request can be made of: programs, the datasets of one of them, and offices. */
export interface Offers {
  readonly viewer: Worker;
  readonly recipients: readonly Office[];
  readonly programs: readonly { readonly id: string; readonly name: string }[];
  readonly chosen: string | null;
  readonly datasets: OfferedDatasets | null;
}

/** Programs, offices, and a page of the datasets of one program; of the first where none is chosen. Throws Refused. */
export async function offersOf(program: string | null, after: string | null): Promise<Answer<Offers>> {
  const [first] = program === null ? nodes((await query(DELIVERY_PROGRAMS)).data.programs) : [];
  const chosen = program ?? first?.id ?? null;
  const offers = ({ viewer, recipients, programs }: DeliveryBasis, datasets: OfferedDatasets | null): Offers => ({
    viewer: caller(viewer),
    recipients,
    programs: nodes(programs),
    chosen,
    datasets,
  });
  if (chosen === null) {
    const { data, marking } = await query(DELIVERY_OFFICES);
    return { data: offers(data, null), marking };
  }
  const { data, marking } = await query(DELIVERY_OFFERS, { program: chosen, after });
  return { data: offers(data, data.program?.datasets ?? null), marking };
}

/** A dataset as it would be frozen now, and objects of it that a refusal named. */
export interface Frozen {
  readonly dataset: FrozenDataset | null;
  readonly named: readonly NamedObject[];
}

/** A dataset as it would be frozen now, with objects of it, at most 20. Throws Refused. */
export async function wouldFreeze(datasetId: string, ids: readonly string[] = []): Promise<Answer<Frozen>> {
  const objects = ids.slice(0, NAMED).map((object) => ({ object }));
  const { data, marking } = await query(WOULD_FREEZE, { id: datasetId, named: objects });
  return { data: { dataset: data.dataset, named: data.named.filter((one) => one !== null) }, marking };
}
