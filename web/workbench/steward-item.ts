import { sniffImage } from "../../src/storage/imagery/sniff.ts";
import type { LoadedAsset } from "./generated/steward.ts";
import { proposedMarking } from "./proposed-marking.ts";
import type { Proposal } from "./proposed-marking.ts";

/** Bytes at the front of a file that say what it is. */
const SNIFFED = 64;
/** Of a title, as the server takes it. */
const LONGEST_TITLE = 200;

/** A file of this machine, and where it lay below the folder that was chosen. */
export interface Chosen {
  readonly file: File;
  readonly path: string;
}

/** How far a file is. */
export type State =
  | "waiting"
  | "reading"
  | "making"
  | "sending"
  | "deriving"
  | "loaded"
  | "there"
  | "quarantined"
  | "refused"
  | "failed"
  | "stopped";

/** A file on its way to be an image of a dataset. */
export interface Item extends Chosen {
  /** Told from its first bytes; null where it is none that the server takes. */
  readonly type: string | null;
  readonly proposal: Proposal | null;
  /** As it is asked for; "" where somebody has to give one yet. */
  marking: string;
  state: State;
  sent: number;
  /** How much the server has made of it, in percent; null before it has told of any. */
  derived: number | null;
  /** Why it was refused, or failed. */
  code: string;
  asset: LoadedAsset | null;
  digest: Uint8Array | null;
}

/** Whether a file may be sent now: it is an image, has a marking, and is neither there nor on its way. */
export const isReady = ({ type, marking, state }: Item): boolean =>
  type !== null && marking !== "" && ["waiting", "refused", "failed", "stopped"].includes(state);

/** Whether a file is on its way. */
export const isUnderWay = ({ state }: Item): boolean => ["reading", "making", "sending", "deriving"].includes(state);

/** A name as a title: without what no screen shows, and not longer than titles are; its end says more than its beginning. */
export function titleOf(path: string): string {
  const shown = path.toWellFormed().normalize("NFC").replaceAll(/\p{C}/gu, "").trim();
  return Array.from(shown).slice(-LONGEST_TITLE).join("").trim() || "image";
}

/** A file before anything is sent of it: what it is, and what marking it proposes; `own` is the dataset's. */
export async function itemOf({ file, path }: Chosen, own: string): Promise<Item> {
  const item: Item = {
    file,
    path,
    type: null,
    proposal: null,
    marking: "",
    state: "refused",
    sent: 0,
    derived: null,
    code: file.size === 0 ? "EMPTY" : "IMAGE_TYPE",
    asset: null,
    digest: null,
  };
  try {
    const type = sniffImage(new Uint8Array(await file.slice(0, SNIFFED).arrayBuffer()));
    if (type === null) return item;
    const proposal = await proposedMarking(file.name, file);
    return { ...item, type, proposal, marking: proposal ? (proposal.portion ?? "") : own, state: "waiting", code: "" };
  } catch {
    return { ...item, code: "UNREADABLE" };
  }
}
