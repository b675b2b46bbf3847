import { afterAll, beforeAll, expect, test } from "vitest";
import { LISTS } from "../../src/storage/lists.ts";
import type { ListFilter } from "../../src/storage/lists.ts";
import { openFlatWorld } from "./flat-world.ts";
import type { FlatWorld } from "./flat-world.ts";
import { S, TS, U } from "./harbor-world.ts";

let world: FlatWorld;

beforeAll(async () => {
  world = await openFlatWorld();
  for (const of of [U, S, TS]) await world.plant(of, 60);
}, 120_000);
afterAll(() => world.house.remove());

const NARROWED: readonly (readonly ListFilter[])[] = [[], ["authorId"], ["assetId"], ["authorId", "assetId"]];

const cases = (["asset", "label"] as const).flatMap((noun) =>
  LISTS[noun].sorts.flatMap((sort) =>
    NARROWED.filter((filters) =>
      filters.every((filter) => (LISTS[noun].filters as readonly string[]).includes(filter)),
    ).map((filters) => [noun, sort, filters] as const),
  ),
);

test.each(cases)(
  "pages of %s in the order %s, narrowed by %j, are the whole list once, in order",
  async (noun, sort, filters) => {
    const { house, datasetId } = world;
    const values = { authorId: house.personId("rita"), assetId: world.assetId };
    const where = Object.fromEntries(filters.map((filter) => [filter, values[filter]]));
    const found = await house.run(await house.as("ana", "S"), (operation) =>
      operation.nested(async ({ read }) => {
        const ids: string[] = [];
        let after: string | null = null;
        for (;;) {
          const page: Awaited<ReturnType<typeof read.page<typeof noun>>> = await read.page(
            noun,
            { parent: "dataset", id: datasetId },
            { first: 7, after, sort, where },
            { dataset: datasetId },
          );
          ids.push(...page.rows.map(({ id }) => id));
          const last = page.rows.at(-1);
          if (!page.hasNextPage || !last) return ids;
          after = page.keyOf?.(last) ?? null;
          if (after === null) throw new Error("a page without keys");
        }
      }),
    );
    const column = { authorId: "author_id", assetId: "asset_id" } as const;
    const order = `${sort.startsWith("CREATED") ? `t.created_at ${sort.endsWith("DESC") ? "desc" : "asc"}, ` : ""}t.id ${sort.endsWith("DESC") ? "desc" : "asc"}`;
    const { rows } = await house.admin.query<{ id: string }>(
      `select t.id from data.${noun} t join access.marking m on m.id = t.marking_id
     where t.dataset_id = $1 and m.banner not like 'TOP SECRET%' ${filters.map((filter, at) => `and t.${column[filter]} = $${at + 2}`).join(" ")}
     order by ${order}`,
      [datasetId, ...filters.map((filter) => values[filter])],
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(found).toEqual(rows.map(({ id }) => id));
  },
);
