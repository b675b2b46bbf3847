import { toHex, utf8 } from "../../audit/core/bytes.ts";
import { parseManifest } from "../../audit/core/manifest.ts";
import type { Manifest } from "../../audit/core/manifest.ts";
import type { Standing } from "./generated/delivery.ts";

/** What is wrong with a manifest, be it that it was changed since it was read: with any of them nobody approves here. */
export type Fault =
  | "NO_DIGEST"
  | "OTHER_DIGEST"
  | "NOT_READABLE"
  | "OTHER_DELIVERY"
  | "OTHER_COUNT"
  | "RAISED"
  | "CHANGED";

/** A manifest as this browser has read it. */
export interface Examined {
  /** SHA-384 over the bytes that came, lower-case hex; null where this browser computes none. */
  readonly digest: string | null;
  readonly bytes: number;
  /** Null where it is none. */
  readonly manifest: Manifest | null;
  readonly faults: readonly Fault[];
}

const IMAGES = "data/images/";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const IMAGE = /^data\/images\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z]{3}$/;

/** The id that the server gives out for a stored UUID: base64url of "noun:uuid". */
export const globalId = (noun: string, id: string): string =>
  btoa(`${noun}:${id}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The stored id in one that the server gave out; the text itself where it is none. */
export function storedId(id: string): string {
  try {
    return atob(id.replaceAll("-", "+").replaceAll("_", "/")).split(":")[1] ?? id;
  } catch {
    return id;
  }
}

async function digestOf(bytes: Uint8Array): Promise<string | null> {
  try {
    return toHex(new Uint8Array(await crypto.subtle.digest("SHA-384", new Uint8Array(bytes))));
  } catch {
    // Without a secure context there is no WebCrypto.
    return null;
  }
}

function read(bytes: Uint8Array): Manifest | null {
  try {
    return parseManifest(bytes);
  } catch {
    return null;
  }
}

/** Whether a manifest is about the delivery that the server says it is of, in the words that the server shows of it. */
function isOf(manifest: Manifest, standing: Standing): boolean {
  return (
    manifest.deliveryId === storedId(standing.id) &&
    manifest.requester === storedId(standing.requesterId) &&
    manifest.purpose === standing.purpose &&
    UUID.test(manifest.dataset) &&
    (standing.recipient === null || manifest.recipient.id === storedId(standing.recipient.id))
  );
}

/** Ids of its images as they are stored, in the order of the manifest. */
export const imagesOf = ({ files }: Manifest): readonly string[] =>
  files.flatMap(({ path }) => IMAGE.exec(path)?.[1] ?? []);

/** Reads a manifest that anybody may have written, as a text whose bytes are what is approved. */
export async function examine(text: string, standing: Standing): Promise<Examined> {
  const bytes = text.isWellFormed() ? utf8(text) : new Uint8Array(0);
  const digest = await digestOf(bytes);
  const manifest = read(bytes);
  const faults: Fault[] = [];
  if (digest === null) faults.push("NO_DIGEST");
  else if (digest !== standing.manifestSha384) faults.push("OTHER_DIGEST");
  if (manifest === null) return { digest, bytes: bytes.length, manifest, faults: [...faults, "NOT_READABLE"] };
  if (!isOf(manifest, standing)) faults.push("OTHER_DELIVERY");
  if (manifest.files.filter(({ path }) => path.startsWith(IMAGES)).length !== manifest.counts.images)
    faults.push("OTHER_COUNT");
  if (manifest.marking.banner !== standing.marking.banner) faults.push("RAISED");
  return { digest, bytes: bytes.length, manifest, faults };
}

/** Files of one kind, together. */
interface Together {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** Its files by media type or by banner, most files first. */
export function filesBy({ files }: Manifest, kind: "mediaType" | "banner"): readonly Together[] {
  const found = new Map<string, Together>();
  for (const { mediaType, marking, bytes } of files) {
    const name = kind === "mediaType" ? mediaType : marking.banner;
    const before = found.get(name) ?? { name, files: 0, bytes: 0 };
    found.set(name, { name, files: before.files + 1, bytes: before.bytes + bytes });
  }
  return [...found.values()].sort((a, b) => b.files - a.files || (a.name < b.name ? -1 : 1));
}

/** So many of a list, evenly spaced, with its first and last. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, at) => all[Math.round((at * (all.length - 1)) / (most - 1))]).filter(
    (one) => one !== undefined,
  );
}
