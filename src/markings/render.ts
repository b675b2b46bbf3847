import type { Compartment, Form, Marking } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import { levelWord, NATO_WORDS } from "./classification.ts";
import { cuiCategoriesText } from "./cui.ts";
import type { Register } from "./register.ts";
import type { TokenRule } from "./register-entry.ts";

const classificationText = ({ kind, level, owners, cui }: Marking, form: Form): string => {
  const word = levelWord(level, form);
  if (cui !== undefined) return "CUI";
  if (kind === "US") return word;
  if (kind === "JOINT") return `//JOINT ${word} ${owners.join(" ")}`;
  if (owners.length === 1 && owners[0] === "NATO") return `//${NATO_WORDS[level][form]}`;
  return `//${owners.join(" ")} ${word}`;
};

const compartmentsText = (compartments: readonly Compartment[]): string =>
  compartments.map(({ id, subs }) => `-${[id, ...subs].join(" ")}`).join("");

const aeaText = ({ aea, natoControls }: Marking, form: Form, register: Register): string => {
  const items = register.aea
    .filter(({ token }) => Object.hasOwn(aea, token))
    .map((rule) => {
      const data = rule.token === "RD" || rule.token === "FRD" ? aea[rule.token] : undefined;
      const sigma =
        data === undefined || data.sigma.length === 0
          ? ""
          : `-${form === "banner" ? "SIGMA" : "SG"} ${data.sigma.join(" ")}`;
      return `${rule[form]}${data?.cnwdi === true ? "-CNWDI" : ""}${sigma}`;
    });
  return [...items, ...natoControls.filter((control) => natoPlace(control, register) === "aea")].join("/");
};

const natoPlace = (control: string, register: Register): string | undefined =>
  register.nato.find(({ token }) => token === control)?.place;

const wordOf = (token: string, form: Form, rules: readonly TokenRule[]): string => {
  const rule = rules.find((candidate) => candidate.token === token);
  if (rule === undefined) throw new MarkingError("E_UNKNOWN", "a token is not in the register");
  return rule[form];
};

const dissemText = (marking: Marking, form: Form, register: Register): string =>
  marking.dissem
    .map((token) => {
      const controls = marking.cui === undefined ? register.dissemination : register.cui.controls;
      const word = wordOf(token, form, controls);
      if (token === "REL") return `${word} ${marking.relTo.join(", ")}`;
      return token === "DISPLAYONLY" ? `${word} ${marking.displayOnlyTo.join(", ")}` : word;
    })
    .join("/");

const lineOf = (marking: Marking, form: Form, register: Register): string => {
  const { sci, sar, fgi } = marking;
  const segments = [
    marking.cui === undefined ? "" : cuiCategoriesText(marking.cui),
    sci.map(({ system, compartments }) => `${system}${compartmentsText(compartments)}`).join("/"),
    marking.natoControls.filter((control) => natoPlace(control, register) === "sap").join("/"),
    sar.length === 0
      ? ""
      : `SAR-${sar.map(({ program, compartments }) => `${program}${compartmentsText(compartments)}`).join("/")}`,
    aeaText(marking, form, register),
    fgi === null ? "" : ["FGI", ...fgi.sources].join(" "),
    dissemText(marking, form, register),
    marking.nonIc.map((token) => wordOf(token, form, register.nonIc)).join("/"),
  ];
  return [classificationText(marking, form), ...segments.filter((segment) => segment !== "")].join("//");
};

/**
 * The banner line of a marking, abbreviated words (standards A.1). A concealed foreign owner has no banner form of its
 * own (A.2): it is printed as a US line with bare FGI, RESTRICTED as CONFIDENTIAL (A.5 steps 1 and 5); every other
 * banner reads back to the same marking.
 * @throws MarkingError E_UNKNOWN when the register does not have a token of the marking.
 */
export const renderBanner = (marking: Marking, register: Register): string => {
  if (marking.kind !== "NONUS" || !marking.owners.includes("FGI")) return lineOf(marking, "banner", register);
  const level = marking.level === "R" ? "C" : marking.level;
  return lineOf(
    { ...marking, kind: "US", level, owners: ["USA"], fgi: { concealed: true, sources: [] } },
    "banner",
    register,
  );
};

/** The portion mark of a marking, always with its full lists (standards A.2). @throws MarkingError E_UNKNOWN as above. */
export const renderPortion = (marking: Marking, register: Register): string =>
  `(${lineOf(marking, "portion", register)})`;
