import { toBase64 } from "./base64-writer.ts";
import { FIRST_LINE, parseProof, type ParsedProof } from "./proof-file.ts";

/** The text of a C2SP tlog-proof@v1. Throws PROOF when it would not be read back. */
export function formatProof(proof: ParsedProof): string {
  const extra = proof.extra === null ? "" : `extra ${toBase64(proof.extra)}\n`;
  const hashes = proof.hashes.map((hash) => `${toBase64(hash)}\n`).join("");
  const text = `${FIRST_LINE}\n${extra}index ${proof.index}\n${hashes}\n${proof.checkpoint}`;
  parseProof(text);
  return text;
}
