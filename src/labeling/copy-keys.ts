import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import type { KeyObject } from "node:crypto";

const STAGES = ["LABEL", "ADJUDICATE", "REVIEW"] as const;
const [ID, ROUND, NONCE, TAG] = [16, 4, 12, 16] as const;
const LENGTH = 3 * ID + ROUND + 1;
const END = NONCE + LENGTH;

/** What a browser's own copy of what somebody draws is of: a task as it stood, and the marking that a draft had then. */
export interface CopyOf {
  readonly taskId: string;
  readonly round: number;
  readonly stage: string;
  readonly taskMarkingId: string;
  /** Of all that the session was shown, and of the task: as a draft stands. */
  readonly markingId: string;
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex");

function idAt(bytes: Buffer, at: number): string {
  const hex = bytes.toString("hex", at, at + ID);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** As bytes of one length. Throws for a stage in which nobody draws. */
function bytesOfCopy({ taskId, round, stage, taskMarkingId, markingId }: CopyOf): Buffer {
  const at = STAGES.findIndex((one) => one === stage);
  if (at < 0) throw new Error("nobody draws at this stage");
  const last = Buffer.alloc(ROUND + 1);
  last.writeUInt32BE(round);
  last[ROUND] = at;
  return Buffer.concat([bytesOf(taskId), bytesOf(taskMarkingId), bytesOf(markingId), last]);
}

/**
 * Names and keys of the copies that browsers keep: HKDF-SHA-384 (RFC 5869) of one secret, of which one part makes names and
 * another keys. No key is the same for two people, tasks, rounds, stages or markings, and nothing is stored of any.
 */
export class CopyKeys {
  readonly #secret: KeyObject;

  /** `secret` is 32 bytes that are used for nothing else. */
  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  #derived(purpose: "name" | "nonce" | "key", of: Buffer): Buffer {
    const info = Buffer.concat([Buffer.from(`caveat/copy/${purpose}/v1`), of]);
    return Buffer.from(hkdfSync("sha384", this.#secret, "", info, 32));
  }

  /**
   * The name of a copy: what it is of, sealed for this person (AES-256-GCM, base64url). The nonce is an HMAC of what is sealed, so
   * that one copy has one name; it tells its holder nothing.
   */
  name(personId: string, copy: CopyOf): string {
    const [plain, bound] = [bytesOfCopy(copy), bytesOf(personId)];
    const nonce = createHmac("sha384", this.#derived("nonce", bound)).update(plain).digest().subarray(0, NONCE);
    const cipher = createCipheriv("aes-256-gcm", this.#derived("name", bound), nonce);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64url");
  }

  /** What a name that comes from anybody is of; null for all but those that this person was given. */
  open(personId: string, name: string): CopyOf | null {
    const sealed = Buffer.from(name, "base64url");
    if (sealed.length !== END + TAG || sealed.toString("base64url") !== name) return null;
    const key = this.#derived("name", bytesOf(personId));
    const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), {
      authTagLength: TAG,
    }).setAuthTag(sealed.subarray(END));
    let plain: Buffer;
    try {
      plain = Buffer.concat([cipher.update(sealed.subarray(NONCE, END)), cipher.final()]);
    } catch {
      return null;
    }
    return {
      taskId: idAt(plain, 0),
      taskMarkingId: idAt(plain, ID),
      markingId: idAt(plain, 2 * ID),
      round: plain.readUInt32BE(3 * ID),
      stage: STAGES[plain.readUInt8(3 * ID + ROUND)] ?? "",
    };
  }

  /** The key of a copy: 32 bytes, base64url. */
  key(personId: string, copy: CopyOf): string {
    const key = this.#derived("key", Buffer.concat([bytesOf(personId), bytesOfCopy(copy)]));
    try {
      return key.toString("base64url");
    } finally {
      key.fill(0);
    }
  }
}
