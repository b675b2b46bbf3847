import type { Principal } from "../identity/principal.ts";
import { spelled } from "./caller-texts.ts";
import type { Request } from "./gate.ts";
import type { MarkingOffice } from "./marking-office.ts";

const FIELD_LIMIT = 64;
const NAME_LIMIT = 200;
const IDS_LIMIT = 20;
const ID_LIMIT = 64;

/** The content of an actor section: canonical JSON (RFC 8785), put together in the order of its names. */
export function actorText({ client, personId, purpose, session }: Pick<Principal, Acting>): string {
  return `{"client":${spelled(client.id)},"person":${spelled(personId)},"purpose":${spelled(purpose)},"session":${spelled(session.id)},"sessionLevel":${spelled(session.level)}}`;
}

type Acting = "client" | "personId" | "purpose" | "session";

/**
 * The content of a request section, the same way. What callers name is cut, in number and in length.
 * @param digest keyed digest of the request, and @param receipt: hex
 */
export function requestText(
  { policy, register }: Pick<MarkingOffice, "policy" | "register">,
  { fields, operation, source, transport }: Omit<Request, "digest" | "honors">,
  digest: string,
  receipt: string,
): string {
  const named = fields.slice(0, FIELD_LIMIT).map(({ name, ids }) => {
    const first = ids.slice(0, IDS_LIMIT).map((id) => spelled(id.slice(0, ID_LIMIT)));
    return `{"ids":[${first.join(",")}],"name":${spelled(name.slice(0, NAME_LIMIT))}}`;
  });
  return `{"digest":${spelled(digest)},"fields":[${named.join(",")}],"operation":${spelled(operation.slice(0, NAME_LIMIT))},"policyVersion":${spelled(policy.version)},"receipt":${spelled(receipt)},"registerVersion":${spelled(register.version)},"source":${spelled(source)},"transport":${spelled(transport)}}`;
}
