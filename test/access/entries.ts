import { auditPage } from "../../src/auditing/queries.ts";
import type { TestHouse } from "../house.ts";

/** What an outcome entry says, as far as tests look at it. */
export interface OutcomeContent {
  readonly request: string;
  readonly command: string | null;
  readonly result: "answered" | "refused" | "failed";
  readonly error: string | null;
  readonly markings: readonly { readonly banner: string }[];
  readonly decisions: readonly {
    readonly action: string;
    readonly marking: number;
    readonly decision: "allow" | "deny";
    readonly reasons: readonly string[];
    readonly objects: readonly string[];
  }[];
  readonly changed: readonly { readonly object: string; readonly marking: number }[];
  readonly detail?: { readonly refused: readonly string[] };
}

/** An entry of the activity log with its opened sections by slot. */
export interface ReadEntry {
  readonly index: number;
  readonly id: string;
  readonly kind: string;
  readonly sections: Readonly<Record<string, unknown>>;
  readonly outcome: OutcomeContent | null;
}

/** The activity log from an index on, as the compliance officer opens it (his own reading not included). */
export async function entries(house: TestHouse, from = 0): Promise<ReadEntry[]> {
  const otto = await house.as("otto");
  const found = await house.run(
    otto,
    async (operation) => (await operation.query(auditPage, { first: 1_000, from }))?.entries ?? [],
  );
  return found
    .map(({ index, id, kind, sections }) => {
      const opened = Object.fromEntries(
        sections.map(({ slot, content }) => [slot, content === null ? null : (JSON.parse(content) as unknown)]),
      );
      return { index, id, kind, sections: opened, outcome: (opened["outcome"] ?? null) as OutcomeContent | null };
    })
    .filter(({ sections }) => (sections["actor"] as { person?: string } | null)?.person !== otto.personId);
}

/** Number of entries in the activity log. */
export async function logSize(house: TestHouse): Promise<number> {
  const { rows } = await house.admin.query<{ size: number }>("select size from audit.log where id = $1", [
    house.house.keeper.logId,
  ]);
  return rows[0]?.size ?? -1;
}
