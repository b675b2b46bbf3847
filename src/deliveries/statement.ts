import {
  encodeStatement,
  formatEnvelope,
  preAuthEncoding,
  STATEMENT_PAYLOAD_TYPE,
  type DeliveryStatement,
} from "../../audit/index.ts";
import type { Signer } from "../signing/signer.ts";
import { DeliveryError } from "./errors.ts";

/**
 * The in-toto Statement v1 of a delivery in a DSSE v1.0.2 envelope with one ECDSA P-384/SHA-384 signature (DER) over the
 * pre-authentication encoding; canonical JSON without a newline at its end.
 *
 * @throws {DeliveryError} `VALUE_REFUSED` for a signer of another algorithm: verifiers fix it by the key's record in the trust
 * file, so nobody would accept the result.
 */
export const signStatement = async (statement: DeliveryStatement, signer: Signer): Promise<string> => {
  if (signer.algorithm !== "ecdsa-p384-sha384")
    throw new DeliveryError("VALUE_REFUSED", "statements are signed with ECDSA P-384");
  const payload = encodeStatement(statement);
  const signature = await signer.sign(preAuthEncoding(STATEMENT_PAYLOAD_TYPE, payload));
  return formatEnvelope({ payloadType: STATEMENT_PAYLOAD_TYPE, payload, keyid: signer.keyId, signature });
};
