/**
 * What the core needs from the outside world. The core itself imports nothing, so that it runs in a browser, a command
 * and the server alike; whoever calls it brings hashing and signature checking.
 */
export interface CryptoPort {
  /** SHA-256 (FIPS 180-4) of all parts one after the other, 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** SHA-384 (FIPS 180-4) of all parts one after the other, 48 bytes. */
  sha384(...parts: readonly Uint8Array[]): Uint8Array;
  /** Ed25519 (RFC 8032) over the message itself; false for any malformed key or signature, never throws. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
