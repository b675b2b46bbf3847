import type { KeyObject } from "node:crypto";
import type { InternedMarking, RaisedNoun } from "../storage/ports.ts";
import type { BlobVault } from "../storage/blobs/vault.ts";
import type { MarkingChangeStore } from "../storage/marking-changes.ts";
import type { MarkingOffice } from "./marking-office.ts";

/** An object whose marking is about to change. */
export interface MarkingChange {
  readonly noun: RaisedNoun;
  readonly id: string;
  readonly to: InternedMarking;
  /** Raising takes everything below along. */
  readonly raises: boolean;
}

/**
 * Lays down what PostgreSQL needs to change a marking: joins of markings, which only this process understands, and content
 * keys under other data keys, which only the key file opens. Covers what the caller may not see, and tells nobody.
 */
export class MarkingChanger {
  readonly #office: MarkingOffice;
  readonly #vault: BlobVault;
  readonly #store: MarkingChangeStore;

  constructor(office: MarkingOffice, vault: BlobVault, store: MarkingChangeStore) {
    this.#office = office;
    this.#vault = vault;
    this.#store = store;
  }

  /** Prepares a change; what is added meanwhile makes PostgreSQL refuse it as STALE. */
  async prepare({ noun, id, to, raises }: MarkingChange): Promise<void> {
    const joined = new Map<string, string>();
    if (raises) {
      for (const below of await this.#store.markingsBelow(noun, id)) {
        const marking = await this.#office.raised(await this.#office.byId(below), to);
        joined.set(below, marking.id);
        await this.#store.noteJoin(below, to.id, marking.id);
      }
    }
    if (noun === "ontology") {
      for (const dataset of await this.#store.datasetsOf(id)) {
        const target = joined.get(dataset.markingId);
        // One that came meanwhile is missing here and in PostgreSQL, which refuses.
        if (target === undefined || target === dataset.markingId) continue;
        await this.prepare({ noun: "dataset", id: dataset.id, to: await this.#office.byId(target), raises });
      }
      return;
    }
    if (noun === "label" || noun === "labelReview" || (noun === "dataset" && !raises)) return;
    for (const keys of await this.#store.blobKeys(noun, id)) {
      const target = noun === "dataset" ? (joined.get(keys.markingId) ?? keys.markingId) : to.id;
      if (target !== keys.markingId) await this.#vault.rekey(this.#store, keys, target);
    }
  }

  /** Lays down the key of a blob that was taken over in the very transaction that raises what it belongs to. */
  prepareNew(blobId: string, contentKey: KeyObject, to: InternedMarking): Promise<void> {
    return this.#vault.rekeyNew(this.#store, blobId, contentKey, to.id);
  }
}
