import type { Marking } from "../../src/markings/marking.ts";
import { LEVELS, MarkingError } from "../../src/markings/marking.ts";
import { sortCodes } from "../../src/markings/country.ts";
import { placeOf } from "../../src/markings/register-entry.ts";
import { validate } from "../../src/markings/validate.ts";
import { register } from "../markings/register-data.ts";

const byPlace = (rules: readonly { readonly token: string }[]) => (a: string, b: string) =>
  placeOf(a, rules) - placeOf(b, rules);

const once = (list: readonly string[], added: string): readonly string[] => [...new Set([...list, added])].sort();

/** Everything that makes a marking say more without releasing it to anybody; each gives a marking that may be invalid. */
export const RESTRICTIONS: Readonly<Record<string, (marking: Marking) => Marking>> = {
  ...Object.fromEntries(
    LEVELS.map((level) => [
      `level ${level}`,
      (marking: Marking): Marking =>
        LEVELS.indexOf(level) < LEVELS.indexOf(marking.level) ? marking : { ...marking, level },
    ]),
  ),
  ...Object.fromEntries(
    ["RS", "FOUO", "OC", "OC-USGOV", "IMC", "NF", "PR", "DSEN", "FISA"].map((token) => [
      `dissemination ${token}`,
      (marking: Marking): Marking => ({
        ...marking,
        dissem: [...new Set([...marking.dissem, token])].sort(byPlace(register.dissemination)),
      }),
    ]),
  ),
  ...Object.fromEntries(
    ["DS", "XD", "ND", "SBU", "SBU-NF", "LES", "LES-NF", "SSI"].map((token) => [
      `non-IC ${token}`,
      (marking: Marking): Marking => ({
        ...marking,
        nonIc: [...new Set([...marking.nonIc, token])].sort(byPlace(register.nonIc)),
      }),
    ]),
  ),
  ...Object.fromEntries(
    ["AC", "AWP", "DL_ONLY", "FED_ONLY", "FEDCON", "NOCON", "NF"].map((token) => [
      `CUI ${token}`,
      (marking: Marking): Marking => ({
        ...marking,
        dissem: [...new Set([...marking.dissem, token])].sort(byPlace(register.cui.controls)),
      }),
    ]),
  ),
  ...Object.fromEntries(
    ["HCS-P", "RSV-A1B", "SI", "SI-G", "TK", "TK-BLFH"].map((path) => [
      `SCI ${path}`,
      (marking: Marking): Marking => {
        const [system = "", id] = path.split("-");
        const others = marking.sci.filter((entry) => entry.system !== system);
        const found = marking.sci.find((entry) => entry.system === system)?.compartments ?? [];
        const compartments =
          id === undefined || found.some((entry) => entry.id === id)
            ? found
            : [...found, { id, subs: [] }].sort((a, b) => (a.id < b.id ? -1 : 1));
        return {
          ...marking,
          sci: [...others, { system, compartments }].sort((a, b) => (a.system < b.system ? -1 : 1)),
        };
      },
    ]),
  ),
  "SAP BP": (marking) => ({
    ...marking,
    sar: [...marking.sar.filter(({ program }) => program !== "ZZ"), { program: "ZZ", compartments: [] }],
  }),
  "AEA RD": (marking) => ({ ...marking, aea: { RD: { cnwdi: true, sigma: [14] }, ...marking.aea } }),
  "AEA FRD": (marking) => ({ ...marking, aea: { FRD: { cnwdi: false, sigma: [18] }, ...marking.aea } }),
  "AEA TFNI": (marking) => ({ ...marking, aea: { ...marking.aea, TFNI: true } }),
  "AEA DCNI": (marking) => ({ ...marking, aea: { ...marking.aea, DCNI: true } }),
  "AEA UCNI": (marking) => ({ ...marking, aea: { ...marking.aea, UCNI: true } }),
  ATOMAL: (marking) => ({ ...marking, natoControls: once(marking.natoControls, "ATOMAL") }),
  BALK: (marking) => ({ ...marking, natoControls: once(marking.natoControls, "BALK") }),
  "FGI NATO": (marking) => ({
    ...marking,
    fgi:
      marking.fgi?.concealed === true
        ? marking.fgi
        : { concealed: false, sources: sortCodes([...(marking.fgi?.sources ?? []), "NATO"], register) },
  }),
  "CUI category": (marking) =>
    marking.cui === undefined
      ? marking
      : { ...marking, cui: { ...marking.cui, specified: once(marking.cui.specified, "GEO") } },
};

/** True when the register allows the marking. */
export const isLegal = (marking: Marking): boolean => {
  try {
    validate(marking, register);
    return true;
  } catch (error) {
    if (error instanceof MarkingError) return false;
    throw error;
  }
};
