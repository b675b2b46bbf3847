import type { Mutant } from "./mutant.ts";

const DATASETS = "src/datasets/commands.ts";
const TARGET = "src/policy/target.ts";
const OPERATION = "src/policy/operation.ts";
const REVIEW = "src/labeling/review-command.ts";
const DELIVERIES = "src/deliveries/commands.ts";

/** Leaks of what is refused and of what is made: errors, keys, ids, versions, deliveries. */
export const CHANGING: readonly Mutant[] = [
  {
    name: "query-forbidden",
    channel: "node: forbidden is not absent",
    edits: [
      {
        file: OPERATION,
        find: `        return null;
      }
      if (command.showsTarget`,
        replace: `        if (decided.refusal.reasons.length > 0) throw new CaveatError("NOT_FOUND", "hidden");
        return null;
      }
      if (command.showsTarget`,
      },
    ],
  },
  {
    name: "mutation-forbidden",
    channel: "errors: not permitted where it is hidden",
    edits: [
      {
        file: TARGET,
        find: `return { refusal: { code: "NOT_FOUND", reasons }, row: null };`,
        replace: `return { refusal: { code: placement ? "NOT_PERMITTED" : "NOT_FOUND", reasons }, row: null };`,
      },
    ],
  },
  {
    name: "error-text",
    channel: "errors: another text for what is hidden",
    edits: [
      {
        file: TARGET,
        find: `if (refusal.code === "NOT_FOUND") return new UserError("NOT_FOUND", "not found");`,
        replace: `if (refusal.code === "NOT_FOUND") return new UserError("NOT_FOUND", refusal.reasons.length > 0 ? "not found here" : "not found");`,
      },
    ],
  },
  {
    name: "error-path",
    channel: "errors: a path where it is hidden",
    edits: [
      {
        file: TARGET,
        find: `if (refusal.code === "NOT_FOUND") return new UserError("NOT_FOUND", "not found");`,
        replace: `if (refusal.code === "NOT_FOUND") return new UserError("NOT_FOUND", "not found", refusal.reasons.length > 0 ? ["id"] : []);`,
      },
    ],
  },
  {
    name: "banner-of-refused",
    channel: "banner: the marking of what was refused",
    edits: [
      {
        file: OPERATION,
        find: `office.summarize(this.#ledger.disclosed);`,
        replace: `office.summarize([...this.#ledger.disclosed, ...this.#ledger.decisions.map((one) => one.marking).filter((one) => /^[0-9a-f-]{36}$/.test(one.id))]);`,
      },
    ],
  },
  {
    name: "dataset-name-taken",
    channel: "unique key: across markings",
    edits: [
      {
        file: DATASETS,
        find: `    await refuseTaken("name", () => grant.insert("dataset"`,
        replace: `    if ((await peek("select 1 from data.dataset where program_id = $1 and name = $2", [program.id, row.name])).length > 0)
      throw new UserError("NAME_TAKEN", "this name is taken under this marking", ["name"]);
    await refuseTaken("name", () => grant.insert("dataset"`,
      },
    ],
  },
  {
    name: "ontology-name-taken",
    channel: "unique key: across markings",
    edits: [
      {
        file: "src/labeling/ontology-commands.ts",
        find: `    await refuseTaken("name", () => grant.insert("ontology"`,
        replace: `    if ((await peek("select 1 from data.ontology where program_id = $1 and name = $2", [program.id, ontology.name])).length > 0)
      throw new UserError("NAME_TAKEN", "this name is taken under this marking", ["name"]);
    await refuseTaken("name", () => grant.insert("ontology"`,
      },
    ],
  },
  {
    name: "foreign-key",
    channel: "foreign key: a hidden parent is taken",
    edits: [
      {
        file: DATASETS,
        find: `return isId(id) ? grant.read.byId("ontologyVersion", id) : Promise.resolve(null);`,
        replace: `return isId(id)
    ? grant.read.byId("ontologyVersion", id).then(async (row) => row ?? (await peek('select id, program_id as "programId", marking_id as "markingId", ontology_marking_id as "ontologyMarkingId" from data.ontology_version where id = $1', [id]))[0] ?? null)
    : Promise.resolve(null);`,
      },
    ],
  },
  {
    name: "sequential-ids",
    channel: "ids: numbered in order",
    edits: [
      {
        file: DATASETS,
        find: `const id = randomUUID();`,
        nth: 1,
        replace: `const id = \`00000000-0000-4000-8000-\${String((await peek("select count(*)::int as n from data.asset"))[0].n).padStart(12, "0")}\`;`,
      },
    ],
  },
  {
    name: "stale-by-hidden-revision",
    channel: "version conflict: with a hidden revision",
    edits: [
      {
        file: "src/labeling/commands.ts",
        find: `if (latest.id !== baseRevisionId)`,
        replace: `if (latest.id !== baseRevisionId || (await peek("select count(*)::int as n from data.label_revision where label_id = $1 and ordinal > $2", [label.id, latest.ordinal]))[0].n > 0)`,
      },
    ],
  },
  {
    name: "stale-review-by-hidden",
    channel: "version conflict: with a hidden revision",
    edits: [
      {
        file: REVIEW,
        find: `if (latest.id !== input.revisionId)`,
        replace: `if (latest.id !== input.revisionId || (await peek("select count(*)::int as n from data.label_revision where label_id = $1 and ordinal > $2", [label.id, latest.ordinal]))[0].n > 0)`,
      },
    ],
  },
  {
    name: "reviewed-by-somebody",
    channel: "unique key: a hidden review by another person",
    edits: [
      {
        file: REVIEW,
        find: `const comment = input.comment.normalize("NFC");`,
        replace: `if ((await peek("select 1 from data.label_review where revision_id = $1", [latest.id])).length > 0) throw new UserError("ALREADY_DONE", "you have reviewed this revision");
    const comment = input.comment.normalize("NFC");`,
      },
    ],
  },
  {
    name: "delivery-refused-by-hidden",
    channel: "delivery: refused because of hidden rows",
    edits: [
      {
        file: DELIVERIES,
        find: `    if (frozen.images.length === 0)`,
        replace: `    if ((await peek("select 1 from data.asset a join access.marking m on m.id = a.marking_id where a.dataset_id = $1 and m.banner like '%TK%'", [dataset.id])).length > 0)
      throw new UserError("RECIPIENT_MAY_NOT_RECEIVE", "the whole may not go to this recipient", ["datasetId"]);
    if (frozen.images.length === 0)`,
      },
    ],
  },
  {
    name: "manifest-counts-all",
    channel: "manifest: counts what was left out",
    edits: [
      {
        file: DELIVERIES,
        find: `labels: frozen.labels }`,
        replace: `labels: (await peek("select count(*)::int as n from data.label where dataset_id = $1", [dataset.id]))[0].n }`,
      },
    ],
  },
  {
    name: "quota-of-the-program",
    channel: "quota: shared by all",
    edits: [
      {
        file: DATASETS,
        find: `    const mediaType = MEDIA_TYPES.find(`,
        replace: `    if ((await peek("select count(*)::int as n from data.asset where program_id = $1", [dataset.programId]))[0].n % 2 === 1) throw new UserError("NOT_READY", "the program's quota is used up");
    const mediaType = MEDIA_TYPES.find(`,
      },
    ],
  },
  {
    name: "upload-known-bytes",
    channel: "upload: deduplicated across markings",
    edits: [
      {
        file: "src/datasets/content.ts",
        find: `      const { bytes } = original;`,
        replace: `      if ((await peek("select 1 from data.blob where sha256 = $1", [original.sha256])).length > 0) throw new UserError("ALREADY_DONE", "this asset has its content");
      const { bytes } = original;`,
      },
    ],
  },
  {
    name: "lease-past-hidden",
    channel: "tasks: what is left to do above is told where nothing is left below",
    edits: [
      {
        file: "src/labeling/task-commands.ts",
        find: `const next = await grant.tasks.next(projectId, stage, writable, grant.now());`,
        replace: `if ((await peek("select 1 from data.task where project_id = $1 and not (marking_id = any ($2::uuid[]))", [projectId, held])).length > 0) throw new UserError("STALE", "others come first");
      const next = await grant.tasks.next(projectId, stage, writable, grant.now());`,
      },
    ],
  },
  {
    name: "guideline-version",
    channel: "version: counted over hidden guidelines",
    edits: [
      {
        file: "src/labeling/project-commands.ts",
        find: `version: Math.max(0, ...last) + 1,`,
        replace: `version: (await peek("select count(*)::int as n from data.guideline where project_id = $1", [project.id]))[0].n + 1,`,
      },
    ],
  },
  {
    name: "approval-of-hidden",
    channel: "errors: the manifest's hash is compared before the lock",
    edits: [
      {
        file: TARGET,
        find: `  if (target === null) return { refusal: await decideOwn(grant, ledger, action), row: null };`,
        replace: `  if (target === null) return { refusal: await decideOwn(grant, ledger, action), row: null };
  if (action === "delivery.approve" && isId(target.id) && (await peek("select 1 from data.delivery where id = $1", [target.id])).length > 0) return { refusal: { code: "NOT_PERMITTED", reasons: [] }, row: null };`,
      },
    ],
  },
];
