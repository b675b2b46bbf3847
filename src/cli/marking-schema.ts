import { ISM_AUTHORITY_NAMES } from "../markings/authority-ism.ts";
import { ISM_RESOURCE_NAMES } from "../markings/ism-form.ts";
import { ISM_MARKING_NAMES } from "../markings/ism.ts";
import { isFlagAttribute } from "../markings/ism-resource.ts";

const TEXT = { type: "string" } as const;
const TEXTS = { type: "array", items: TEXT } as const;
const FLAG = { type: "boolean" } as const;

const object = (properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const COMPARTMENTS = { type: "array", items: object({ id: TEXT, subs: TEXTS }) };
const NUCLEAR = object({ cnwdi: FLAG, sigma: { type: "array", items: { type: "integer" } } });
const LEVEL = { enum: ["U", "R", "C", "S", "TS"] };

/** The parsed marking (standards A.2): every list is always there; `cui` only in CUI markings. */
const MARKING = object(
  {
    kind: { enum: ["US", "NONUS", "JOINT"] },
    level: LEVEL,
    owners: TEXTS,
    sci: { type: "array", items: object({ system: TEXT, compartments: COMPARTMENTS }) },
    sar: { type: "array", items: object({ program: TEXT, compartments: COMPARTMENTS }) },
    aea: object({ RD: NUCLEAR, FRD: NUCLEAR, TFNI: { const: true }, DCNI: { const: true }, UCNI: { const: true } }, [
      "RD",
      "FRD",
      "TFNI",
      "DCNI",
      "UCNI",
    ]),
    natoControls: { type: "array", items: { enum: ["ATOMAL", "BALK", "BOHEMIA"] } },
    fgi: { anyOf: [{ type: "null" }, object({ concealed: FLAG, sources: TEXTS })] },
    dissem: TEXTS,
    relTo: TEXTS,
    displayOnlyTo: TEXTS,
    nonIc: TEXTS,
    cui: object({ specified: TEXTS, basic: TEXTS }),
  },
  ["cui"],
);

const REFUSAL = { ok: { const: false }, code: TEXT, message: TEXT };

/** ISM attributes as one JSON object: tokens as a list, or as one text with a space between them. */
const ISM = object(
  Object.fromEntries([
    ...ISM_MARKING_NAMES.map((name) => [name, name === "joint" ? { enum: [true, "true"] } : { anyOf: [TEXT, TEXTS] }]),
    ...ISM_AUTHORITY_NAMES.map((name) => [name, TEXT]),
    ...ISM_RESOURCE_NAMES.map((name) => [
      name,
      isFlagAttribute(name) ? { enum: [true, false, "true", "false"] } : { anyOf: [TEXT, TEXTS] },
    ]),
  ]) as Readonly<Record<string, unknown>>,
  [...ISM_MARKING_NAMES, ...ISM_AUTHORITY_NAMES, ...ISM_RESOURCE_NAMES].filter(
    (name) => name !== "classification" && name !== "ownerProducer",
  ),
);

/** What `caveat marking check --schema`, `rollup --schema` and `convert --schema` print: JSON Schema of a line in and of a line out. */
export const MARKING_SCHEMAS = {
  convert: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "caveat marking convert",
    $defs: {
      ism: ISM,
      input: {
        description:
          "banner and portion: the text itself; ism: an object; ism-xml and stanag4774: XML, or a text of it",
        anyOf: [TEXT, { $ref: "#/$defs/ism" }],
      },
      output: {
        oneOf: [
          object(
            {
              input: TEXT,
              ok: { const: true },
              output: { anyOf: [TEXT, { $ref: "#/$defs/ism" }] },
              authority: TEXT,
              informative: TEXTS,
            },
            ["authority", "informative"],
          ),
          object({ input: TEXT, ...REFUSAL }),
        ],
      },
    },
  },
  check: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "caveat marking check",
    $defs: {
      input: object(
        { marking: TEXT, form: { enum: ["banner", "portion"] }, bannerContext: { type: ["string", "null"] } },
        ["form", "bannerContext"],
      ),
      output: {
        oneOf: [
          object({ input: TEXT, ok: { const: true }, marking: MARKING, rendered: TEXT }),
          object({ input: TEXT, ...REFUSAL }),
        ],
      },
    },
  },
  rollup: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "caveat marking rollup",
    $defs: {
      portion: {
        oneOf: [
          TEXT,
          object({ marking: TEXT, createdOn: { type: ["string", "null"], format: "date" }, exclude: FLAG }, [
            "createdOn",
            "exclude",
          ]),
        ],
      },
      input: {
        oneOf: [
          { type: "array", items: { $ref: "#/$defs/portion" } },
          object(
            {
              portions: { type: "array", items: { $ref: "#/$defs/portion" } },
              bannerContext: { type: ["string", "null"] },
              analyticProduct: FLAG,
              banner: { type: ["string", "null"] },
              compilationReason: { type: ["string", "null"] },
            },
            ["bannerContext", "analyticProduct", "banner", "compilationReason"],
          ),
        ],
      },
      output: {
        oneOf: [
          object({ banner: TEXT, effective: { type: "object" }, reasons: TEXTS, rolledUp: TEXT }, ["rolledUp"]),
          object(REFUSAL),
        ],
      },
    },
  },
} as const;
