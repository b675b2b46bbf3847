import { deriveAuthority } from "../datasets/authority.ts";
import { dominates, joinEffective } from "../markings/index.ts";
import type { AuthorityBlock } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { FrozenDataset } from "./freeze.ts";

/**
 * The classification authority block of a delivery: who asks for it compiles it, its sources are those of every image and
 * label in it, and the program's guide where the dataset or a compilation marks the whole higher than they are together.
 * @param digest names the frozen version, which stands for a longer list of sources than a block holds.
 */
export function deliveryAuthority(
  grant: Grant,
  frozen: FrozenDataset,
  whole: InternedMarking,
  digest: string,
): AuthorityBlock | null {
  const parts = [...frozen.byObject.values()].map(({ effective }) => effective);
  const [first, ...rest] = parts;
  return deriveAuthority({
    marking: whole.structure,
    personId: grant.principal.personId,
    now: grant.now(),
    origins: frozen.origins,
    raised: first === undefined || !dominates(rest.reduce(joinEffective, first), whole.effective),
    collection: `Frozen dataset version ${digest}`,
  });
}
