import type { NitfSecurity } from "../../../markings/index.ts";
import { ImageError } from "../image-error.ts";
import type { Fields } from "./fields.ts";

/** The security group of a header or subheader, 167 bytes in the same order everywhere (MIL-STD-2500C table A-1). */
export function readSecurity(fields: Fields): NitfSecurity {
  const [classification, system, codewords, handling, release] = [
    fields.text(1),
    fields.text(2),
    fields.text(11),
    fields.text(2),
    fields.text(20),
  ];
  // Declassification type, date and exemption; downgrade and its date.
  const before = [2, 8, 4, 1, 8].map((length) => fields.text(length));
  const text = fields.text(43);
  // Authority type and authority, reason, date of the source, control number.
  const after = [1, 40, 1, 8, 15].map((length) => fields.text(length));
  const more = [...before, ...after].some((value) => value !== "");
  return { classification, system, codewords, handling, release, text, more };
}

/** ENCRYP: 0; what is encrypted says nothing of itself. */
export function refuseEncrypted(fields: Fields): void {
  if (fields.text(1) !== "0") throw new ImageError("NITF_ENCRYPTED");
}
