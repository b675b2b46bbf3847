import type { IsmMarkingName } from "./ism.ts";
import type { Level } from "./marking.ts";
import { LEVELS } from "./marking.ts";
import { dateOf, distinct, fieldsOf, RegisterError, textOf } from "./register-fields.ts";

/** What a digraph of a security group stands for: one token of an ISM attribute. */
export interface NitfControl {
  readonly attribute: IsmMarkingName;
  readonly token: string;
}

/** The mapping table for security groups; without one nothing is mapped. */
export interface NitfTable {
  readonly classifications: ReadonlyMap<string, Level>;
  /** Who owns information of a classification system, as a country code of the register. */
  readonly systems: ReadonlyMap<string, string>;
  /** Digraphs of codewords and of control and handling alike. */
  readonly controls: ReadonlyMap<string, NitfControl>;
  readonly countries: ReadonlyMap<string, string>;
}

/** Nothing is mapped: every file waits in quarantine. */
export const NO_NITF: NitfTable = {
  classifications: new Map(),
  systems: new Map(),
  controls: new Map(),
  countries: new Map(),
};

/** Attributes whose tokens a digraph may stand for. */
const ATTRIBUTES: readonly IsmMarkingName[] = [
  "SCIcontrols",
  "atomicEnergyMarkings",
  "disseminationControls",
  "nonICmarkings",
  "nonUSControls",
];

const entriesOf = <T>(
  value: unknown,
  where: string,
  form: RegExp,
  read: (item: unknown, where: string) => T,
): ReadonlyMap<string, T> => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RegisterError(where, "not an object");
  return new Map(
    Object.entries(value).map(([code, item]) => {
      if (!form.test(code)) throw new RegisterError(where, `${JSON.stringify(code)} is no code of a security group`);
      return [code, read(item, `${where}.${code}`)] as const;
    }),
  );
};

const levelOf = (value: unknown, where: string): Level => {
  const level = LEVELS.find((known) => known === value);
  if (level === undefined) throw new RegisterError(where, "not a level");
  return level;
};

const controlOf = (value: unknown, where: string): NitfControl => {
  const fields = fieldsOf(value, where, ["attribute", "token"]);
  const attribute = ATTRIBUTES.find((name) => name === fields["attribute"]);
  if (attribute === undefined) throw new RegisterError(`${where}.attribute`, "not an attribute of controls");
  return { attribute, token: textOf(fields["token"], `${where}.token`) };
};

/** Reads the mapping table of nitf.json strictly. @throws RegisterError */
export const parseNitfTable = (value: unknown): NitfTable => {
  const where = "nitf.json";
  const fields = fieldsOf(value, where, [
    "version",
    "validFrom",
    "classifications",
    "systems",
    "controls",
    "countries",
  ]);
  textOf(fields["version"], `${where}.version`);
  dateOf(fields["validFrom"], `${where}.validFrom`);
  const classifications = entriesOf(fields["classifications"], `${where}.classifications`, /^[A-Z]$/, levelOf);
  distinct([...classifications.values()], `${where}.classifications`);
  return {
    classifications,
    systems: entriesOf(fields["systems"], `${where}.systems`, /^[A-Z]{2}$/, textOf),
    controls: entriesOf(fields["controls"], `${where}.controls`, /^[A-Z]{2}$/, controlOf),
    countries: entriesOf(fields["countries"], `${where}.countries`, /^[A-Z]{2}$/, textOf),
  };
};
