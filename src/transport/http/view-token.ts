import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { OpenView } from "../../datasets/views.ts";
import { CaveatError } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Ticket } from "../../policy/gate.ts";

const NONCE = 12;
const TAG = 16;
const ID = 16;
const STOOD = 8;
const TIME = 6;
const PLAIN = 3 * ID + STOOD + TIME;

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex");
const idOf = (bytes: Buffer): string =>
  bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** That a token is of this person, session, client and purpose: another's opens nothing. */
function boundTo({ personId, session, client, purpose }: Principal): Buffer {
  return Buffer.from(JSON.stringify(["caveat/view/v1", personId, session.id, client.id, purpose]));
}

/** Seals what tiles of an open image are looked at by (AES-256-GCM), so that any process of the server can go on with it. */
export function sealView(key: KeyObject, principal: Principal, view: OpenView, ticket: Ticket): string {
  const until = Buffer.alloc(TIME);
  until.writeUIntBE(view.until.getTime(), 0, TIME);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(boundTo(principal));
  const plain = Buffer.concat([bytesOf(view.assetId), bytesOf(ticket.requestId), ticket.nonce, view.stood, until]);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/** Opens a token that comes from anybody. Throws NOT_FOUND for all but those that this person was given in this session. */
export function openViewToken(
  key: KeyObject,
  principal: Principal,
  token: string,
): { readonly view: OpenView; readonly ticket: Ticket } {
  const sealed = Buffer.from(token, "base64url");
  if (sealed.length !== NONCE + PLAIN + TAG || sealed.toString("base64url") !== token)
    throw new CaveatError("NOT_FOUND", "view form");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(boundTo(principal))
      .setAuthTag(sealed.subarray(NONCE + PLAIN));
    const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE, NONCE + PLAIN)), decipher.final()]);
    return {
      view: {
        assetId: idOf(plain.subarray(0, ID)),
        stood: plain.subarray(3 * ID, 3 * ID + STOOD),
        until: new Date(plain.readUIntBE(3 * ID + STOOD, TIME)),
      },
      ticket: { requestId: idOf(plain.subarray(ID, 2 * ID)), nonce: plain.subarray(2 * ID, 3 * ID) },
    };
  } catch (cause) {
    throw new CaveatError("NOT_FOUND", "view", { cause });
  }
}
