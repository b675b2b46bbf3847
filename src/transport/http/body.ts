import type { IncomingMessage } from "node:http";
import { CaveatError } from "../../errors.ts";

/** Largest body of a GraphQL request in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
const BODY_SECONDS = 20;

/**
 * Reads a whole body that comes from anybody, within a size and a time. What is too much is read and dropped, so that the
 * sender hears the refusal instead of a broken connection. Throws TOO_LARGE or INVALID_REQUEST.
 */
export function readBody(message: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  if (message.headers["content-encoding"] !== undefined)
    return Promise.reject(new CaveatError("INVALID_REQUEST", "content encoding"));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (error: CaveatError | null): void => {
      clearTimeout(timer);
      message.off("data", take).off("end", end).off("error", broken).off("close", broken);
      message.on("error", () => undefined).resume();
      if (error) reject(error);
      else resolve(Buffer.concat(chunks));
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limit) finish(new CaveatError("TOO_LARGE", "body"));
      else chunks.push(chunk);
    };
    const end = (): void => finish(null);
    const broken = (): void => finish(new CaveatError("INVALID_REQUEST", "body cut short"));
    const timer = setTimeout(() => finish(new CaveatError("INVALID_REQUEST", "body too slow")), BODY_SECONDS * 1000);
    message.on("data", take).on("end", end).on("error", broken).on("close", broken);
  });
}

/**
 * The chunks of an upload. Whoever stops reading early does not break the connection that the answer goes out on. Throws
 * INVALID_REQUEST when the sender gives up.
 */
export async function* chunksOf(message: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* message.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new CaveatError("INVALID_REQUEST", "upload cut short", { cause });
  }
}
