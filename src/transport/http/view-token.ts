import type { KeyObject } from "node:crypto";
import type { OpenView } from "../../datasets/views.ts";
import { CaveatError } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Ticket } from "../../policy/gate.ts";
import { openText, sealText } from "../sealed-text.ts";
import type { Bound } from "../sealed-text.ts";

const ID = 16;
const STOOD = 8;
const TIME = 6;
const PLAIN = 3 * ID + STOOD + TIME;

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex");
const idOf = (bytes: Buffer): string =>
  bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** That a token is of this person, session, client and purpose: another's opens nothing. */
function boundTo({ personId, session, client, purpose }: Principal): Bound {
  return ["caveat/view/v1", personId, session.id, client.id, purpose];
}

/** Seals what tiles of an open image are looked at by, so that any process of the server can go on with it. */
export function sealView(key: KeyObject, principal: Principal, view: OpenView, ticket: Ticket): string {
  const until = Buffer.alloc(TIME);
  until.writeUIntBE(view.until.getTime(), 0, TIME);
  const plain = Buffer.concat([bytesOf(view.assetId), bytesOf(ticket.requestId), ticket.nonce, view.stood, until]);
  return sealText(key, boundTo(principal), plain);
}

/** Opens a token that comes from anybody. Throws NOT_FOUND for all but those that this person was given in this session. */
export function openViewToken(
  key: KeyObject,
  principal: Principal,
  token: string,
): { readonly view: OpenView; readonly ticket: Ticket } {
  try {
    const plain = openText(key, boundTo(principal), PLAIN, token);
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
