import type { DiffReport } from "./compare/histories.ts";
import { SLOT_NAMES } from "./core/leaf.ts";
import type { ProofReport } from "./core/verify-proof.ts";
import { listed, printable, refusal } from "./output.ts";
import type { TileReport } from "./tiles/fsck-report.ts";

/** The report of an inclusion proof as lines of text; the first is the verdict. */
export function proofText({ entry, origin, findings }: ProofReport, quiet: boolean): string {
  if (entry === null) {
    const verdict = refusal(`the proof of an entry of the log ${origin}`, findings);
    return printable(quiet ? verdict : [verdict, ...listed(findings)].join("\n"));
  }
  const { index, size, root, leaf384, header, opened } = entry;
  const verdict = `VERIFIED: the entry stands at position ${index} of the log ${origin}, among the ${size} that its key has signed.`;
  if (quiet) return printable(verdict);
  const sealed = SLOT_NAMES.filter((slot) => !opened.includes(slot));
  return printable(
    [
      verdict,
      `Entry: ${header.kind} ${header.id} at ${header.time}, written by replica ${header.producer.replica}`,
      `Leaf hash (SHA-384): ${leaf384}`,
      `Signed root at size ${size}: ${root}`,
      `Sections opened and matching: ${opened.join(", ") || "none"}; withheld or unused: ${sealed.join(", ") || "none"}`,
      "It is not shown that the log is whole: for that, check its archive.",
    ].join("\n"),
  );
}

/** The report of a folder of tiles as lines of text; the first is the verdict. */
export function tilesText(report: TileReport, quiet: boolean): string {
  const { signed, origin, findings, tiles, cannotExclude } = report;
  const verdict = signed
    ? `VERIFIED: the tiles of the log ${origin} are whole: all ${signed.size} entries lead to the root that its key has signed.`
    : refusal(`the folder of the log ${origin}`, findings);
  if (quiet) return printable(verdict);
  const details = signed ? [`Signed root at size ${signed.size}: ${signed.root}`, ...cannotExclude] : [];
  return printable([verdict, ...listed(findings), `Files compared: ${tiles}`, ...details].join("\n"));
}

/** The report of two histories as lines of text; the first is the verdict. */
export function diffText(report: DiffReport, quiet: boolean): string {
  const { agree, sentence, sides, openOnlyIn } = report;
  const bad = sides.filter(({ verified }) => !verified).length;
  const verdict = agree
    ? `AGREE: ${sentence}`
    : `REFUSED: ${sentence}${bad > 0 && report.relation !== "parted" ? ` But ${bad === 2 ? "neither verifies" : "one of them does not verify"} by itself.` : ""}`;
  if (quiet) return printable(verdict);
  const each = sides.flatMap(({ name, verified, signedSize, entries, findings }, at) => [
    `${at === 0 ? "First" : "Second"}: ${JSON.stringify(name)}, ${entries} entries, ${verified ? "VERIFIED" : "REFUSED"}, confirmed by the key up to size ${signedSize}`,
    ...listed(findings),
  ]);
  const { first, second } = openOnlyIn;
  const open = first + second > 0 ? [`Sections open in the first alone: ${first}, in the second alone: ${second}`] : [];
  return printable([verdict, ...each, ...open].join("\n"));
}
