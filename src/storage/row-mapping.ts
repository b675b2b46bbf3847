import type { EntityName, MetadataStorage } from "@mikro-orm/core";

/** The property that each column of a table becomes. */
export type RowMapping = ReadonlyMap<string, string>;

/**
 * How the columns of each table become the properties of its entity, read once from MikroORM's metadata. Names only: the
 * driver gives values in the types that our columns have. Nothing is tracked, because rows are written by insert alone.
 */
export class RowMappings {
  readonly #metadata: MetadataStorage;
  readonly #known = new Map<unknown, RowMapping>();
  readonly #moments = new Map<unknown, ReadonlySet<string>>();

  constructor(metadata: MetadataStorage) {
    this.#metadata = metadata;
  }

  /** The mapping of an entity. */
  of<E extends object>(entity: EntityName<E>): RowMapping {
    const known = this.#known.get(entity);
    if (known) return known;
    const mapping = new Map<string, string>();
    for (const prop of this.#metadata.get(entity).props) {
      for (const column of prop.fieldNames) mapping.set(column, prop.name);
    }
    this.#known.set(entity, mapping);
    return mapping;
  }

  /** The columns of an entity that hold moments: MikroORM's own connections give their text. */
  momentsOf<E extends object>(entity: EntityName<E>): ReadonlySet<string> {
    const known = this.#moments.get(entity);
    if (known) return known;
    const dates = this.#metadata.get(entity).props.filter(({ runtimeType }) => runtimeType === "Date");
    const found = new Set(dates.flatMap(({ fieldNames }) => fieldNames));
    this.#moments.set(entity, found);
    return found;
  }
}
