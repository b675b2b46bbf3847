/** What a copy is of: opened as anything else it is nothing. */
export interface CopyBound {
  readonly personId: string;
  readonly taskId: string;
  readonly round: number;
  readonly stage: string;
}

/** A key of one copy. */
export type CopyKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Grows when what is sealed gets another form: an older page does not open it, nor a newer one what it does not know. */
const FORMAT = 1;
const [KEY, NONCE] = [32, 12];

const parameters = (nonce: Uint8Array<ArrayBuffer>, { personId, taskId, round, stage }: CopyBound) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: new TextEncoder().encode(JSON.stringify(["caveat/copy", FORMAT, personId, taskId, round, stage])),
  tagLength: 128,
});

/** A key as the server gave it (32 bytes, base64url), as one that no script takes out again; its bytes are overwritten. Throws for others. */
export async function copyKeyOf(text: string): Promise<CopyKey> {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  try {
    if (bytes.length !== KEY) throw new Error("no key of a copy");
    return await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  } finally {
    bytes.fill(0);
  }
}

/** Seals JSON (AES-256-GCM, NIST SP 800-38D): a nonce of 96 random bits, then the ciphertext with its tag of 128. */
export async function sealCopy(key: CopyKey, bound: CopyBound, content: object): Promise<ArrayBuffer> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, bound), key, plain));
  plain.fill(0);
  const whole = new Uint8Array(NONCE + sealed.length);
  whole.set(nonce);
  whole.set(sealed, NONCE);
  return whole.buffer;
}

/** What was sealed, as it was; null for all that was not sealed by this key as a copy of this, or was changed since. */
export async function openCopy(key: CopyKey, bound: CopyBound, sealed: unknown): Promise<object | null> {
  if (!(sealed instanceof ArrayBuffer)) return null;
  const nonce = new Uint8Array(sealed.slice(0, NONCE));
  try {
    const plain = await crypto.subtle.decrypt(parameters(nonce, bound), key, sealed.slice(NONCE));
    return JSON.parse(new TextDecoder().decode(plain)) as object;
  } catch {
    return null;
  }
}
