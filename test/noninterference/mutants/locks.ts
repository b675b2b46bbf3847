import type { Edit, Mutant } from "./mutant.ts";

/** The explicit lock does not look at these tables. */
const explicitLockOff = (...tables: readonly string[]): Edit => ({
  file: "src/policy/row-lock.ts",
  find: `  const sql = \`(\${read.map(`,
  replace: `  if (${JSON.stringify(tables)}.includes(table.table)) return { sql: "true", slots, actions };
  const sql = \`(\${read.map(`,
});

/** Pages look for every marking, not only for those that the caller may see. */
const EVERY_MARKING: Edit = {
  file: "src/storage/reader.ts",
  find: `  \` and \${alias}.marking_id = any ((select \${lock.readable} from open)::uuid[])\`;`,
  replace: `  "";`,
};

/** The last look lets pass what it should refuse. */
const LAST_LOOK_OFF: Edit = {
  file: "src/policy/last-look.ts",
  find: `      else refused.push(...objects);`,
  replace: ``,
};

const rowSecurityOff = (...tables: readonly string[]): string[] =>
  tables.map((table) => `alter table data.${table} disable row level security`);

/** Leaks that need more than one lock open. */
export const LOCKS: readonly Mutant[] = [
  {
    name: "assets-without-locks",
    channel: "both locks and the last look: off for assets",
    edits: [explicitLockOff("asset", "dataset_marking"), EVERY_MARKING, LAST_LOOK_OFF],
    sql: rowSecurityOff("asset", "dataset_marking"),
  },
  {
    name: "datasets-without-locks",
    channel: "both locks and the last look: off for datasets",
    edits: [explicitLockOff("dataset", "program_marking"), EVERY_MARKING, LAST_LOOK_OFF],
    sql: rowSecurityOff("dataset", "program_marking"),
  },
  {
    name: "deliveries-without-locks",
    channel: "both locks and the last look: off for deliveries",
    edits: [explicitLockOff("delivery", "program_marking"), EVERY_MARKING, LAST_LOOK_OFF],
    sql: rowSecurityOff("delivery", "program_marking"),
  },
  {
    name: "reviews-without-locks",
    channel: "both locks and the last look: off for reviews",
    edits: [explicitLockOff("label_review", "dataset_marking"), LAST_LOOK_OFF],
    sql: rowSecurityOff("label_review", "dataset_marking"),
  },
  {
    name: "revisions-without-locks",
    channel: "both locks and the last look: off for revisions",
    edits: [explicitLockOff("label_revision", "dataset_marking"), LAST_LOOK_OFF],
    sql: rowSecurityOff("label_revision", "dataset_marking"),
  },
  {
    name: "last-look-alone",
    channel: "both locks off: that the last look refuses tells that a row is there",
    edits: [explicitLockOff("label", "dataset_marking"), EVERY_MARKING],
    sql: rowSecurityOff("label", "dataset_marking"),
  },
  {
    name: "session-level-ignored",
    channel: "decision: the session's level does not count",
    edits: [
      {
        file: "src/identity/authenticate.ts",
        find: `      sessionLevel,
`,
        replace: `      sessionLevel: record.clearance.level,
`,
      },
    ],
  },
  {
    name: "level-ignored",
    channel: "decision: the level of a marking does not count",
    edits: [
      {
        file: "src/policy/mandatory-tokens.ts",
        find: `export function within(`,
        replace: `export const within = (): boolean => true;
function formerly(`,
      },
    ],
  },
];
