import { ImageError } from "../../src/storage/imagery/image-error.ts";
import { readNitf } from "../../src/storage/imagery/nitf/read.ts";
import type { Nitf } from "../../src/storage/imagery/nitf/read.ts";

/** A portion mark as a security group has it; whether it says all of the group in words that a portion mark has. */
export interface GroupPortion {
  /** As it would be written; "" of a group that is blank. */
  readonly portion: string;
  readonly whole: boolean;
}

const LEVELS: ReadonlyMap<string, string> = new Map([
  ["T", "TS"],
  ["S", "S"],
  ["C", "C"],
  ["R", "R"],
  ["U", "U"],
]);
/** Handling digraphs that stand for one dissemination control each, whatever a site's own table adds. */
const HANDLING: ReadonlyMap<string, string> = new Map([
  ["FO", "FOUO"],
  ["NF", "NF"],
  ["OR", "OC"],
  ["PI", "PR"],
]);
const words = (text: string): readonly string[] => text.split(/[ ,/]+/).filter((word) => word !== "");

function portionOf({
  classification,
  system,
  codewords,
  handling,
  release,
  text,
}: Nitf["groups"][number]): GroupPortion {
  const level = LEVELS.get(classification);
  const said = [classification, system, codewords, handling, release, text];
  if (said.every((field) => field === "")) return { portion: "", whole: false };
  const control = HANDLING.get(handling);
  const whole =
    level !== undefined &&
    (system === "" || system === "US") &&
    (handling === "" || control !== undefined) &&
    release === "" &&
    text === "";
  const parts = whole
    ? [level, words(codewords).join("/"), control ?? ""]
    : [[system, classification].join(" ").trim(), words(codewords).join("/"), handling, release, text];
  return { portion: `(${parts.filter((part) => part !== "").join("//")})`, whole };
}

/**
 * What the security groups of a NITF file say (MIL-STD-2500C table A-1), each once; none where it cannot be read. A proposal: the
 * server reads them by the register, and decides.
 */
export async function nitfPortions(file: Blob): Promise<readonly GroupPortion[]> {
  try {
    const { groups } = await readNitf({
      bytes: file.size,
      read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
    });
    return [...new Map(groups.map(portionOf).map((found) => [found.portion, found])).values()];
  } catch (error) {
    if (error instanceof ImageError) return [];
    throw error;
  }
}
