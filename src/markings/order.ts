import type { Compartment, Marking } from "./marking.ts";
import { compareIdentifiers, MarkingError } from "./marking.ts";
import { compareCodes } from "./country.ts";
import type { Register } from "./register.ts";
import { placeOf } from "./register-entry.ts";

/** The items are in order and none stands twice. @throws MarkingError E_DUPLICATE or E_ORDER. */
export const ascending = <T>(items: readonly T[], compare: (a: T, b: T) => number, what: string): void => {
  if (new Set(items).size !== items.length) throw new MarkingError("E_DUPLICATE", `${what}: an item stands twice`);
  const misplaced = items.some((item, i) => i > 0 && compare(items[i - 1] ?? item, item) > 0);
  if (misplaced) throw new MarkingError("E_ORDER", `${what}: the items are not in order`);
};

const orderedCompartments = (compartments: readonly Compartment[]): void => {
  ascending(
    compartments.map(({ id }) => id),
    compareIdentifiers,
    "compartments",
  );
  for (const { subs } of compartments) ascending(subs, compareIdentifiers, "sub-compartments");
};

/**
 * Item order inside every category (standards A.1 "Ordering inside a list"), on a marking whose lists are still in the
 * order of the text.
 * @param aeaTokens category 6 in the order of the text; the structure itself has no order.
 * @throws MarkingError E_DUPLICATE or E_ORDER.
 */
export const checkItemOrder = (marking: Marking, aeaTokens: readonly string[], register: Register): void => {
  const byCode = compareCodes(register);
  const byPlace =
    (rules: readonly { readonly token: string }[]) =>
    (a: string, b: string): number =>
      placeOf(a, rules) - placeOf(b, rules);
  if (marking.kind !== "US") ascending(marking.owners, byCode, "owners");
  ascending(
    marking.sci.map(({ system }) => system),
    compareIdentifiers,
    "control systems",
  );
  for (const { compartments } of marking.sci) orderedCompartments(compartments);
  ascending(marking.natoControls, compareIdentifiers, "NATO controls");
  ascending(
    marking.sar.map(({ program }) => program),
    compareIdentifiers,
    "programs",
  );
  for (const { compartments } of marking.sar) orderedCompartments(compartments);
  ascending(aeaTokens, byPlace([...register.aea, ...register.nato]), "Atomic Energy Act controls");
  for (const data of [marking.aea.RD, marking.aea.FRD]) ascending(data?.sigma ?? [], (a, b) => a - b, "SIGMA numbers");
  ascending(marking.fgi?.sources ?? [], byCode, "FGI sources");
  ascending(marking.dissem, byPlace(register.dissemination), "dissemination controls");
  const [usa, ...others] = marking.relTo;
  if (usa !== undefined && others.includes(usa)) throw new MarkingError("E_DUPLICATE", "REL TO: USA stands twice");
  ascending(others, byCode, "REL TO");
  ascending(marking.displayOnlyTo, byCode, "DISPLAY ONLY");
  ascending(marking.nonIc, byPlace(register.nonIc), "non-IC controls");
};
