import { authorityOf, dayOf, deriveAuthority } from "../datasets/authority.ts";
import { dominates, linesOf } from "../markings/index.ts";
import type { AuthorityLines } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";

/**
 * The classification authority block of what somebody draws on an asset (standards B.5): he is the derivative classifier,
 * and his sources are those of the asset; where his marking is above the asset's, the program's guide too.
 */
export function labelAuthority(
  grant: Grant,
  asset: RowOf<"asset">,
  assetMarking: InternedMarking,
  marking: InternedMarking,
): AuthorityLines | null {
  const block = authorityOf(asset, assetMarking.structure);
  const derived = deriveAuthority({
    marking: marking.structure,
    personId: grant.principal.personId,
    now: grant.now(),
    origins: block === null ? [] : [{ title: `Asset ${asset.id}`, date: dayOf(asset.createdAt), block }],
    raised: !dominates(assetMarking.effective, marking.effective),
  });
  return derived === null ? null : linesOf(derived);
}
