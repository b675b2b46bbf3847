import type { IsmMarking } from "./ism.ts";
import { CUI_ONLY } from "./ism.ts";
import { MarkingError } from "./marking.ts";

/** Says that a resource is under the rules of CUI and under others (standards A.6). */
const CUI_TOO = "USA-CUI";
/** Regimes that stand beside it; the intelligence community's does not (ISM rule 00478). */
const BESIDE_CUI: readonly string[] = ["USGov", "USDOD", "OtherAuthority"];

/** Whether a text of compliesWith says that the marking is CUI. On everything else it is about the resource. */
export const isCuiCompliance = (text: string): boolean =>
  text.split(" ").some((token) => token === CUI_ONLY || token === CUI_TOO);

/**
 * The attributes with compliesWith as a marking holds it: CUI and nothing else. `USGov USA-CUI` says more than a marking can,
 * so that `asRead` keeps the tokens. Classified information that has CUI in it is refused: one marking would drop what CUI
 * asks for.
 * @throws {MarkingError} E_REQUIRES without USGov, E_CONFLICT beside USIC or USA-CUI-ONLY, E_LEVEL on classified information,
 *   E_UNKNOWN for a regime that is none
 */
export const plainCompliance = (
  ism: IsmMarking,
): { readonly plain: IsmMarking; readonly asRead: readonly string[] | null } => {
  const tokens = ism.compliesWith ?? [];
  if (!tokens.includes(CUI_TOO)) return { plain: ism, asRead: null };
  const others = tokens.filter((token) => token !== CUI_TOO);
  if (others.includes("USIC") || others.includes(CUI_ONLY))
    throw new MarkingError("E_CONFLICT", "USA-CUI stands neither beside USIC nor beside USA-CUI-ONLY");
  if (!others.includes("USGov")) throw new MarkingError("E_REQUIRES", "USA-CUI stands beside USGov");
  if (!others.every((token) => BESIDE_CUI.includes(token)))
    throw new MarkingError("E_UNKNOWN", "not a regime of compliesWith");
  if (new Set(tokens).size !== tokens.length) throw new MarkingError("E_DUPLICATE", "a regime stands twice");
  if ((ism.classification?.[0] ?? "U") !== "U")
    throw new MarkingError("E_LEVEL", "CUI in classified information is marked on its portions");
  return { plain: { ...ism, compliesWith: [CUI_ONLY] }, asRead: tokens };
};
