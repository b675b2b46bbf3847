import { sniffImage } from "../../src/storage/imagery/sniff.ts";
import { nitfPortions } from "./nitf-proposal.ts";

/** What a file says of its own marking. It is a proposal: whoever loads it sees it, and the server decides. */
export interface Proposal {
  /** Every portion mark that was found, each once, as it would be written; "" stands for a place that should say one and is blank. */
  readonly portions: readonly string[];
  readonly from: "name" | "XMP" | "TIFF" | "NITF";
  /** The one that may be proposed; null where it is unknown, or where several contradict each other. */
  readonly portion: string | null;
}

/** Bytes at the front of a file in which XMP and EXIF are looked for. */
const FRONT = 262_144;
const LONGEST = 2_048;
const MOST_TAGS = 512;
const DESCRIPTION = 270;
const XMP = 700;
/** Levels with which a portion mark begins, of the United States and of NATO. */
const LEVELS = /^(?:TS|S|C|R|U|CUI|\/\/(?:CTS|NS|NC|NR|NU)[A-Z]{0,2})(?:$|\/\/)/;

/**
 * The portion mark with which a text begins, as in "(S//NF) pier at noon"; null where it begins with none. No file system lets a
 * slash into a name: "--", "__", "::" and the slashes of other scripts stand for two, ":" and those for one. What stands in
 * capitals in parentheses is taken for a portion mark, known or not; other words there are not.
 */
function portionOf(text: string): string | null {
  const inner = /^\s*\(([^()]{1,120})\)/u.exec(text)?.[1];
  if (inner === undefined) return null;
  const written = inner
    .replaceAll(/--|__/g, "//")
    .replaceAll(/[:\u2044\u2215\u29F8\uFF0F]/g, "/")
    .trim();
  const upper = written.toUpperCase();
  if (!/^[A-Z/][A-Z0-9 ,/-]*$/.test(upper) || (written !== upper && !LEVELS.test(upper))) return null;
  return `(${upper})`;
}

type Read = (offset: number, length: number) => Promise<DataView>;

const text = (view: DataView): string => new TextDecoder().decode(view);

/** Description and XMP of the first directory of a TIFF (TIFF 6.0 section 2), which is also what EXIF is. */
async function tiffTexts(read: Read): Promise<{ description: string; xmp: string }> {
  const found = { description: "", xmp: "" };
  const head = await read(0, 8);
  if (head.byteLength < 8) return found;
  const little = head.getUint16(0) === 0x4949;
  if ((!little && head.getUint16(0) !== 0x4d4d) || head.getUint16(2, little) !== 42) return found;
  const at = head.getUint32(4, little);
  const size = await read(at, 2);
  if (size.byteLength < 2) return found;
  const entries = await read(at + 2, Math.min(size.getUint16(0, little), MOST_TAGS) * 12);
  for (let entry = 0; entry + 12 <= entries.byteLength; entry += 12) {
    const tag = entries.getUint16(entry, little);
    if (tag !== DESCRIPTION && tag !== XMP) continue;
    const bytes = entries.getUint32(entry + 4, little);
    const place = bytes <= 4 ? at + 2 + entry + 8 : entries.getUint32(entry + 8, little);
    const value = text(await read(place, Math.min(bytes, tag === XMP ? FRONT : LONGEST)));
    if (tag === XMP) found.xmp = value;
    else found.description = value;
  }
  return found;
}

/**
 * Titles and descriptions in XMP (ISO 16684-1), found by their names alone: nothing else of it is understood. Every step is
 * bounded: the text is whoever's it is.
 */
function xmpTexts(packet: string): string[] {
  const properties = packet.matchAll(/<dc:(?:title|description)\b[^>]{0,256}>([\s\S]{0,4096}?)<\/dc:/g);
  return [...properties].flatMap(([, value = ""]) => [...value.matchAll(/>([^<>]+)</g)].map(([, found = ""]) => found));
}

/** Where the EXIF of a JPEG begins in its front; -1 where it has none. */
function exifIn(front: Uint8Array): number {
  const mark = [0x45, 0x78, 0x69, 0x66, 0, 0];
  for (let at = front.indexOf(0x45); at >= 0; at = front.indexOf(0x45, at + 1))
    if (mark.every((byte, index) => front[at + index] === byte)) return at + mark.length;
  return -1;
}

/**
 * What a file proposes as its marking: what the security groups of a NITF file say; portion marks at the beginning of its name, of
 * its description (TIFF, EXIF) and of title and description in XMP where that is not compressed; null where there is none. All of
 * it comes from whoever made the file.
 */
export async function proposedMarking(name: string, file: Blob): Promise<Proposal | null> {
  const read: Read = async (offset, length) =>
    new DataView(await file.slice(offset, Math.min(offset + length, file.size)).arrayBuffer());
  const front = new Uint8Array(await file.slice(0, FRONT).arrayBuffer());
  const exif = exifIn(front);
  const inside = await tiffTexts(read);
  const inExif = exif < 0 ? "" : (await tiffTexts((offset, length) => read(exif + offset, length))).description;
  const inNitf = sniffImage(front) === "image/nitf" ? await nitfPortions(file) : [];
  const inTexts = [
    ...[...xmpTexts(new TextDecoder().decode(front)), ...xmpTexts(inside.xmp)].map((said) => ["XMP", said] as const),
    ...[inside.description, inExif].map((said) => ["TIFF", said] as const),
    ["name", name] as const,
  ].flatMap(([from, said]) => {
    const portion = portionOf(said);
    return portion === null ? [] : [{ from, portion, whole: LEVELS.test(portion.slice(1, -1)) }];
  });
  const found = [...inNitf.map((group) => ({ from: "NITF" as const, ...group })), ...inTexts];
  const [first] = found;
  if (!first) return null;
  const portions = [...new Set(found.map(({ portion }) => portion))];
  const known = portions.length === 1 && first.whole;
  return { portions, from: first.from, portion: known ? first.portion : null };
}
