const BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Standard base64 (RFC 4648 section 4) with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64_DIGITS.charAt(word >> 18) + BASE64_DIGITS.charAt((word >> 12) & 63);
    text += rest > 1 ? BASE64_DIGITS.charAt((word >> 6) & 63) : "=";
    text += rest > 2 ? BASE64_DIGITS.charAt(word & 63) : "=";
  }
  return text;
}
