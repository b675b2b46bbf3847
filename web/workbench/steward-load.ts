import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { Refused, mutate, query } from "./api.ts";
import { ASSET_CREATE, ASSET_CONTENT } from "./generated/steward.ts";
import type { LoadedAsset } from "./generated/steward.ts";
import { isReady, titleOf } from "./steward-item.ts";
import type { Item, State } from "./steward-item.ts";
import { sendFile } from "./steward-upload.ts";
import { turns } from "./turns.ts";

/** Files under way at once: the server decodes two, and the next one is on its way meanwhile. */
const AT_ONCE = 3;
/** After these nothing is wrong with the file: it may be tried again as it is. */
const PASSING: ReadonlySet<string> = new Set(["NO_ANSWER", "BUSY", "UNAVAILABLE", "UNREADABLE"]);

/** Whom a loading tells and asks. */
export interface Told {
  readonly changed: (item: Item) => void;
  /** The session was shown higher things: whether none of them is in the files. */
  readonly below: () => Promise<boolean>;
  /** None is on its way any more. */
  readonly ended: () => void;
  /** Nothing more can be done in this session. */
  readonly over: (error: unknown) => void;
}

/** SHA-256 of a file, read piece by piece. Throws UNREADABLE. */
async function digestOf(file: File, signal: AbortSignal): Promise<Uint8Array> {
  const hash = sha256.create();
  const reader = file.stream().getReader();
  const turn = turns();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new Refused("UNREADABLE");
      });
      signal.throwIfAborted();
      if (done) return hash.digest();
      hash.update(value);
      await turn();
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Brings files into a dataset, a few at once. The key of each act follows from the file, its title and its marking: whatever is
 * sent again, after a lost answer or on another day, makes no second image.
 */
export class Loading {
  readonly #told: Told;
  readonly #datasetId: string;
  /** The dataset's own marking: it is not asked for, it is what an image has without asking. */
  readonly #own: string;
  #queue: Item[] = [];
  #workers = 0;
  #running = new AbortController();
  #below: Promise<boolean> | null = null;
  /** How often he said that something higher is in the files. */
  #denied = 0;

  constructor(datasetId: string, own: string, told: Told) {
    this.#datasetId = datasetId;
    this.#own = own;
    this.#told = told;
  }

  /** Whether files are on their way. */
  get active(): boolean {
    return this.#workers > 0;
  }

  /** Whether who loads said that nothing higher is in it; null where he was not asked. */
  get below(): Promise<boolean> | null {
    return this.#below;
  }

  /** Sends files that are ready, after those that are on their way. */
  start(items: readonly Item[]): void {
    if (this.#running.signal.aborted) this.#running = new AbortController();
    const fresh = items.filter((item) => isReady(item) && !this.#queue.includes(item));
    for (const item of fresh) this.#be(item, "waiting");
    this.#queue.push(...fresh);
    this.#fill();
  }

  #fill(): void {
    while (this.#workers < AT_ONCE && this.#queue.length > 0) void this.#work(this.#running.signal);
  }

  /** Stops: what is on its way is given up, what waits is left. */
  stop(): void {
    this.#running.abort();
    this.#leaveRest();
  }

  /** Whether a file waits for its turn. */
  queued(item: Item): boolean {
    return this.#queue.includes(item);
  }

  /** Leaves a file out whose turn has not come. */
  leaveOut(item: Item): void {
    this.#queue = this.#queue.filter((one) => one !== item);
  }

  #leaveRest(): void {
    for (const item of this.#queue.splice(0)) this.#be(item, "stopped");
  }

  #be(item: Item, state: State, code = ""): void {
    item.state = state;
    item.code = code;
    this.#told.changed(item);
  }

  async #work(signal: AbortSignal): Promise<void> {
    this.#workers += 1;
    for (let item = this.#queue.shift(); item; item = signal.aborted ? undefined : this.#queue.shift()) {
      try {
        await this.#load(item, signal);
      } catch (error) {
        const code = error instanceof Refused ? error.code : "UNAVAILABLE";
        if (signal.aborted) this.#be(item, "stopped");
        else if (code === "UNAUTHENTICATED") {
          this.stop();
          this.#told.over(error);
        } else this.#be(item, PASSING.has(code) ? "failed" : "refused", code);
      }
    }
    this.#workers -= 1;
    // What was begun after a stop, while this one was still ending.
    this.#fill();
    if (this.#workers === 0) this.#told.ended();
  }

  async #load(item: Item, signal: AbortSignal): Promise<void> {
    item.sent = 0;
    item.derived = null;
    this.#be(item, "reading");
    item.digest ??= await digestOf(item.file, signal);
    this.#be(item, "making");
    const { asset, uploadUrl } = await this.#make(item, item.digest);
    signal.throwIfAborted();
    if (!asset || uploadUrl === null) throw new Refused("NOT_FOUND");
    item.asset = asset;
    if (asset.width !== null) {
      this.#be(item, "there");
      return;
    }
    this.#be(item, "sending");
    const told = {
      sent: (bytes: number): void => {
        item.sent = bytes;
        this.#told.changed(item);
      },
      allSent: (): void => this.#be(item, "deriving"),
      derived: (percent: number): void => {
        item.derived = percent;
        // It is made of all of it, whether or not the browser has told by now that all is sent.
        this.#be(item, "deriving");
      },
    };
    let waits = false;
    try {
      waits = await this.#confirming((below) => sendFile(uploadUrl, item.file, item.type ?? "", signal, told, below));
    } catch (error) {
      // The bytes may be there from a sending whose answer was lost.
      const again = error instanceof Refused && error.code === "INVALID_REQUEST" && (await this.#has(asset.id));
      if (!again) throw error;
      waits = again === "quarantined";
    }
    item.sent = item.file.size;
    this.#be(item, waits ? "quarantined" : "loaded");
  }

  /** Makes the asset, or finds the one that the same file was made before. */
  async #make(item: Item, digest: Uint8Array): Promise<{ asset: LoadedAsset | null; uploadUrl: string | null }> {
    const input = {
      datasetId: this.#datasetId,
      title: titleOf(item.path),
      mediaType: item.type ?? "",
      ...(item.marking === this.#own ? {} : { marking: item.marking }),
    };
    const key = bytesToHex(
      sha256
        .create()
        .update(digest)
        .update(utf8ToBytes(JSON.stringify(input)))
        .digest(),
    );
    return this.#confirming(
      async (below) => (await mutate(ASSET_CREATE, { ...input, ...(below ? { belowHighWater: true } : {}) }, key)).data,
    );
  }

  /** Writes something; where that is below what the session was shown, who loads is asked about all of it, once. */
  async #confirming<T>(act: (below: boolean) => Promise<T>): Promise<T> {
    const denied = this.#denied;
    try {
      return await act(this.#below !== null && (await this.#below));
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "BELOW_HIGHWATER") throw error;
      // He said so of this one, too, while its answer was on its way.
      if (this.#denied > denied) throw error;
      this.#below ??= this.#told.below();
      if (await this.#below) return act(true);
      // He may think otherwise when he tries again; the rest is not asked about one by one.
      this.#below = null;
      this.#denied += 1;
      this.#leaveRest();
      throw error;
    }
  }

  /** Whether an image has its bytes, and whether it waits with them. */
  async #has(id: string): Promise<"shown" | "quarantined" | null> {
    const { data } = await query(ASSET_CONTENT, { id });
    if (data.asset?.quarantine) return "quarantined";
    return typeof data.asset?.width === "number" ? "shown" : null;
  }
}
