import type { Signer } from "./signer.ts";

/** The keys that sign beside a log's when a delivery is released. */
export interface ReleaseKeys {
  readonly statementSigner: Signer;
  readonly cmsSigner: Signer;
  readonly cmsCertificatePem: string;
}
