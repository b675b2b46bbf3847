import { DeliveryError } from "./errors.ts";

/** A registered recipient office as the manifest names it. */
export interface Recipient {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  /** Country trigraph as in the markings register. */
  readonly country: string;
}

/**
 * The origin of the log that holds one recipient's releases. Each recipient has a log of his own, so that the proofs that travel
 * with his packages show him nothing of anyone else's, not even how much there is.
 *
 * @param installation the installation's own name, such as `caveat.example`; the origin of its activity log stands beside.
 * @throws {DeliveryError} `VALUE_REFUSED` when the id could not stand in the first line of a checkpoint or in a key name.
 */
export const recipientLogOrigin = (installation: string, recipientId: string): string => {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(installation) || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(recipientId)) {
    throw new DeliveryError("VALUE_REFUSED", "not a name that can stand in the origin of a log");
  }
  return `${installation}/recipient/${recipientId}`;
};
