import type { Mutant } from "./mutant.ts";

const DATASET = "src/transport/graphql/dataset.ts";
const CONNECTION = "src/transport/graphql/connection.ts";
const HISTORY = "src/transport/graphql/label-history.ts";
const LABEL = "src/transport/graphql/label.ts";

/** Leaks of what is read: counts, pages, cursors, nested lists, sorts, filters, computed fields. */
export const READING: readonly Mutant[] = [
  {
    name: "count-assets",
    channel: "counts: taken before filtering",
    edits: [
      {
        file: DATASET,
        find: `context.operation.nested((grant) => countOf(grant, "asset", row.id))`,
        replace: `peek("select count(*)::int as n from data.asset where dataset_id = $1", [row.id]).then((rows) => rows[0].n)`,
      },
    ],
  },
  {
    name: "count-labels",
    channel: "counts: taken before filtering",
    edits: [
      {
        file: DATASET,
        find: `context.operation.nested((grant) => countOf(grant, "label", row.id))`,
        replace: `peek("select count(*)::int as n from data.label where dataset_id = $1", [row.id]).then((rows) => rows[0].n)`,
      },
    ],
  },
  {
    name: "project-progress",
    channel: "counts: tasks of a project before filtering",
    edits: [
      {
        file: "src/labeling/task-queries.ts",
        find: `tasks: counts.reduce((sum, { tasks }) => sum + tasks, 0),`,
        replace: `tasks: (await peek("select count(*)::int as n from data.task where project_id = $1", [project.id]))[0].n,`,
      },
    ],
  },
  {
    name: "has-next-page",
    channel: "hasNextPage: from the raw list",
    edits: [
      {
        file: CONNECTION,
        find: `hasNextPage: page.hasNextPage,`,
        replace: `hasNextPage: page.hasNextPage || (await peek("select count(*)::int as n from data.asset where dataset_id::text = $1", [place.parent]))[0].n > args.first,`,
      },
    ],
  },
  {
    name: "cursor-offset",
    channel: "cursor: a row number of the raw list",
    edits: [
      {
        file: CONNECTION,
        find: `const cursorOf = (row: R): string => context.cursors.seal(place, (page.keyOf ?? keyOf)(row));`,
        replace: `const raw = place.field === "Dataset.assets" ? (await peek("select id::text from data.asset where dataset_id::text = $1 order by id", [place.parent])).map((one) => one.id) : [];
  const cursorOf = (row) => (raw.length > 0 ? \`offset-\${raw.indexOf(row.id)}\` : context.cursors.seal(place, (page.keyOf ?? keyOf)(row)));`,
      },
    ],
  },
  {
    name: "cursor-open",
    channel: "cursor: a position in the log, readable",
    edits: [
      {
        file: "src/transport/graphql/cursor.ts",
        find: `    return sealText(`,
        replace: `    if (place.field === "Query.ownAudit") return Buffer.from(key).toString("base64url");
    return sealText(`,
      },
    ],
  },
  {
    name: "typename-without-row",
    channel: "__typename: answered without loading the row",
    edits: [
      {
        file: "src/transport/graphql/node.ts",
        find: `const row: object | null = await node(context, named.noun, named.id);`,
        replace: `const row = (await node(context, named.noun, named.id)) ?? ((await peek(\`select 1 from data.\${named.noun} where id = $1\`, [named.id])).length > 0 ? { id: named.id } : null);`,
      },
    ],
  },
  {
    name: "reviews-unfiltered",
    channel: "nested list: unfiltered",
    edits: [
      {
        file: HISTORY,
        find: `grant.read.all("labelReview", { parent: "label", id: labelId }, limit, "t.created_at desc, t.id");`,
        replace: `peek('select id, verdict, comment, created_at as "createdAt", marking_id as "markingId", revision_id as "revisionId", reviewer_id as "reviewerId" from data.label_review where label_id = $1 order by created_at desc, id limit $2', [labelId, limit]);`,
      },
    ],
  },
  {
    name: "revisions-unfiltered",
    channel: "nested list: unfiltered",
    edits: [
      {
        file: LABEL,
        find: `grant.read.all("labelRevision", key, pageSize(args.first), "t.ordinal desc, t.created_at desc, t.id"),`,
        replace: `peek('select id, ordinal, kind, shape, attributes, score, created_at as "createdAt", marking_id as "markingId", author_id as "authorId", class_id as "classId" from data.label_revision where label_id = $1 order by ordinal desc, created_at desc, id limit $2', [row.id, pageSize(args.first)]),`,
      },
    ],
  },
  {
    name: "latest-unfiltered",
    channel: "nested object: the newest of all",
    edits: [
      {
        file: LABEL,
        find: `    return context.latest.get(row.id);`,
        replace: `    return peek('select id, ordinal, kind, shape, attributes, score, created_at as "createdAt", marking_id as "markingId", author_id as "authorId", class_id as "classId" from data.label_revision where label_id = $1 order by ordinal desc, created_at desc, id limit 1', [row.id]).then((rows) => rows[0] ?? null);`,
      },
    ],
  },
  {
    name: "ordinal-of-all",
    channel: "computed field: counts hidden revisions",
    edits: [
      {
        file: HISTORY,
        find: `  @FieldResolver(() => OntologyClass, { nullable: true })`,
        replace: `  @FieldResolver(() => Int)
  ordinal(@Ctx() _context: Context, @Root() row: RevisionRow): Promise<number> {
    return peek("select count(*)::int as n from data.label_revision where label_id = $1", [row.labelId]).then((rows) => rows[0].n);
  }

  @FieldResolver(() => OntologyClass, { nullable: true })`,
      },
    ],
  },
  {
    name: "content-marking-of-all",
    channel: "banner: the marking of hidden rows",
    edits: [
      {
        file: "src/datasets/queries.ts",
        find: `await grant.read.heldMarkings(dataset.id)`,
        replace: `(await peek("select distinct marking_id::text as id from data.dataset_marking where dataset_id = $1", [dataset.id])).map((row) => row.id)`,
      },
    ],
  },
  {
    name: "sorted-by-hidden",
    channel: "sort: by a key of hidden rows",
    edits: [
      {
        file: "src/transport/graphql/program.ts",
        find: `pageOfProgram(grant, "dataset", row.id, page)`,
        replace: `pageOfProgram(grant, "dataset", row.id, page).then(async (found) => {
        const counts = new Map((await peek("select d.id::text, (select count(*) from data.asset a where a.dataset_id = d.id)::int as n from data.dataset d")).map((one) => [one.id, one.n]));
        return { ...found, rows: found.rows.toSorted((a, b) => counts.get(b.id) - counts.get(a.id)) };
      })`,
      },
    ],
  },
  {
    name: "filtered-by-hidden",
    channel: "filter: by a hidden relation",
    edits: [
      {
        file: DATASET,
        find: `pageOfDataset(grant, "asset", row.id, { ...page, sort, where })`,
        replace: `pageOfDataset(grant, "asset", row.id, { ...page, sort, where }).then(async (found) => {
        const busy = new Set((await peek("select l.asset_id::text as id from data.label l group by 1 having count(*) > 2")).map((one) => one.id));
        return { ...found, rows: found.rows.filter((one) => !busy.has(one.id)) };
      })`,
      },
    ],
  },
  {
    name: "touched-by-hidden",
    channel: "timestamps: moved by what is hidden",
    edits: [
      {
        file: DATASET,
        find: `  @FieldResolver(() => OntologyVersion, {`,
        replace: `  @FieldResolver(() => DateTimeScalar)
  createdAt(@Ctx() _context: Context, @Root() row: DatasetRow): Promise<Date> {
    return peek("select max(created_at) as at from data.asset where dataset_id = $1", [row.id]).then((rows) => rows[0].at ?? row.createdAt);
  }

  @FieldResolver(() => OntologyVersion, {`,
      },
    ],
  },
  {
    name: "title-of-busy",
    channel: "computed field: from a hidden relation",
    edits: [
      {
        file: "src/transport/graphql/asset.ts",
        find: `  @FieldResolver(() => Dataset, { nullable: true })`,
        replace: `  @FieldResolver(() => String)
  title(@Ctx() _context: Context, @Root() row: AssetRow): Promise<string> {
    return peek("select count(*)::int as n from data.label where asset_id = $1", [row.id]).then((rows) => (rows[0].n > 2 ? row.title + "*" : row.title));
  }

  @FieldResolver(() => Dataset, { nullable: true })`,
      },
    ],
  },
  {
    name: "recipient-deliveries",
    channel: "aggregate: over hidden rows",
    edits: [
      {
        file: "src/transport/graphql/delivery.ts",
        find: `@Resolver(() => Recipient)
export class RecipientResolver {`,
        replace: `@Resolver(() => Recipient)
export class RecipientResolver {
  @FieldResolver(() => String)
  organization(@Ctx() _context: Context, @Root() row: RecipientRow): Promise<string> {
    return peek("select count(*)::int as n from data.delivery where recipient_id = $1", [row.id]).then((rows) => row.organization + rows[0].n);
  }
`,
      },
    ],
  },
  {
    name: "hash-of-hidden",
    channel: "hash: over hidden rows",
    edits: [
      {
        file: "src/transport/graphql/delivery.ts",
        find: `@Resolver(() => Delivery)
export class DeliveryResolver {`,
        replace: `@Resolver(() => Delivery)
export class DeliveryResolver {
  @FieldResolver(() => String)
  manifestSha384(@Ctx() _context: Context, @Root() row: DeliveryRow): Promise<string> {
    return peek("select encode(sha384(convert_to($1 || count(*), 'UTF8')), 'hex') as hash from data.asset", [row.manifestSha384]).then((rows) => rows[0].hash);
  }
`,
      },
    ],
  },
  {
    name: "row-shared-between-people",
    channel: "loader: shared between users",
    acts: true,
    edits: [
      {
        file: "src/transport/graphql/context.ts",
        find: `  return context.operation.query(byId(noun), { id });`,
        replace: `  const known = SHARED.get(\`\${noun}:\${id}\`);
  return known ? Promise.resolve(known) : context.operation.query(byId(noun), { id }).then((row) => {
    if (row !== null) SHARED.set(\`\${noun}:\${id}\`, row);
    return row;
  });`,
      },
      {
        file: "src/transport/graphql/context.ts",
        find: `/** The marking of a row, as text`,
        replace: `const SHARED = new Map();\n\n/** The marking of a row, as text`,
      },
    ],
  },
];
