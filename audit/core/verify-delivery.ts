import { concat, toHex } from "./bytes.ts";
import type { StreamingCryptoPort } from "./streaming-crypto-port.ts";
import { parseEnvelope, preAuthEncoding } from "./dsse.ts";
import { FormatError } from "./errors.ts";
import { encodeCanonical } from "./jcs.ts";
import { MANIFEST_PATH, PROOF_PATHS, isSafePath, parseManifest } from "./manifest.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import type { PackageEntry, PackageReader } from "./package-reader.ts";
import { checkRelease, type ProvenRelease } from "./release-check.ts";
import { STATEMENT_PAYLOAD_TYPE, parseStatement, type DeliveryStatement, type FileDigest } from "./release.ts";
import type { Trust } from "./trust.ts";
import { FindingList } from "./verdict.ts";
import type { DeliveryCode } from "./delivery-code.ts";
import type { At, Finding } from "./verdict.ts";

const MAX_MANIFEST_BYTES = 512 * 1_048_576;
const MAX_PROOF_BYTES = 4 * 1_048_576;

/** What `verifyDelivery` is given. */
export interface VerifyDeliveryInput {
  readonly crypto: StreamingCryptoPort;
  readonly trust: Trust;
  readonly package: PackageReader;
  /** Called after every file with the number of files and bytes hashed so far. */
  readonly onProgress?: (files: number, bytes: number) => void;
}

/** The result of `verifyDelivery`. */
export interface DeliveryReport {
  readonly verified: boolean;
  readonly findings: readonly Finding<DeliveryCode>[];
  /** Null unless verified, so that nothing unauthenticated is ever shown. */
  readonly delivery: {
    readonly manifest: Manifest;
    readonly approvers: readonly string[];
    readonly release: ProvenRelease;
  } | null;
  /** What was not checked and how to check it with public tools. */
  readonly notChecked: string;
  readonly cmsCommand: string;
}

/** The command that checks the detached CMS signature, run inside the unpacked package. CA.pem is the certificate of the trust file. */
export const CMS_COMMAND = `openssl cms -verify -binary -inform DER -in ${PROOF_PATHS.cms} -content ${MANIFEST_PATH} -CAfile CA.pem -out /dev/null`;

/**
 * Checks a delivery package offline: the signed statement, the manifest that it names, every file of the manifest, and
 * the proof that the recipient's log holds the release. Everything but the CMS signature, which openssl checks. Never
 * throws for what the package holds; errors in reading it pass through.
 */
export async function verifyDelivery(input: VerifyDeliveryInput): Promise<DeliveryReport> {
  const found = new FindingList<DeliveryCode>();
  const delivery = await new DeliveryCheck(input, found).run();
  const verified = found.empty && delivery !== null;
  return {
    verified,
    findings: found.all(),
    delivery: verified ? delivery : null,
    notChecked:
      "Everything was checked except that the CMS signature over the manifest verifies, which openssl checks.",
    cmsCommand: CMS_COMMAND,
  };
}

class DeliveryCheck {
  readonly #crypto: StreamingCryptoPort;
  readonly #input: VerifyDeliveryInput;
  readonly #found: FindingList<DeliveryCode>;
  #paths: ReadonlySet<string> = new Set();
  #hashed = 0;

  constructor(input: VerifyDeliveryInput, found: FindingList<DeliveryCode>) {
    this.#crypto = input.crypto;
    this.#input = input;
    this.#found = found;
  }

  async run(): Promise<DeliveryReport["delivery"]> {
    if (!(await this.#list())) return null;
    const statement = await this.#statement();
    const manifest = statement === null ? null : await this.#manifest(statement);
    if (statement === null || manifest === null) return null; // without an authentic manifest no file can be judged
    this.#compare(statement, manifest);
    for (const [i, file] of manifest.files.entries()) {
      await this.#file(file);
      this.#input.onProgress?.(i + 1, this.#hashed);
    }
    this.#extras(manifest);
    const release = await this.#release(statement);
    if (release === null) return null;
    return { manifest, approvers: statement.approvals.map((approval) => approval.approver), release };
  }

  async #list(): Promise<boolean> {
    let entries: readonly PackageEntry[];
    try {
      entries = await this.#input.package.list();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#say(
        "PACKAGE_MALFORMED",
        { what: "input" },
        `The package cannot be read as one (${error.message}): it was damaged or made by something else.`,
      );
      return false;
    }
    const folded = new Set<string>();
    for (const { path, kind } of entries) {
      const fold = path.toLowerCase();
      if (!isSafePath(path) || kind === "other" || folded.has(fold)) {
        this.#say(
          "PATH_UNSAFE",
          { what: "file", path },
          `The package holds ${JSON.stringify(path)}, which is no safe path of a regular file or is there twice; do not unpack it. Whoever carried or made the package put it there.`,
        );
      }
      folded.add(fold);
    }
    this.#paths = new Set(entries.map((entry) => entry.path));
    return this.#found.empty;
  }

  async #statement(): Promise<DeliveryStatement | null> {
    const bytes = await this.#proofFile(PROOF_PATHS.statement);
    if (bytes === null) return null;
    const at = { what: "file", path: PROOF_PATHS.statement } as const;
    try {
      const envelope = parseEnvelope(bytes);
      const key = this.#input.trust.keys.find((candidate) => candidate.keyid === envelope.keyid);
      if (key === undefined) {
        this.#say(
          "UNKNOWN_KEY",
          at,
          `The statement names the signing key ${JSON.stringify(envelope.keyid)}, which your trust file does not have.`,
        );
        return null;
      }
      const message = preAuthEncoding(envelope.payloadType, envelope.payload);
      if (!this.#crypto.verifyEcdsaP384(key.publicKey, message, envelope.signature)) {
        this.#say(
          "SIGNATURE_BAD",
          at,
          "The signature of the statement is not that of the key that it names: the statement or the signature was changed by whoever carried the package, or made without the key.",
        );
        return null;
      }
      if (envelope.payloadType !== STATEMENT_PAYLOAD_TYPE)
        throw new FormatError("ENVELOPE", "not an in-toto statement");
      return parseStatement(envelope.payload);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#say(
        "STATEMENT_BAD",
        at,
        `The statement does not have the required form (${error.message}): it was damaged, or made by something else.`,
      );
      return null;
    }
  }

  async #manifest(statement: DeliveryStatement): Promise<Manifest | null> {
    const bytes = await this.#read(MANIFEST_PATH, MAX_MANIFEST_BYTES);
    if (bytes === null) return null;
    const at = { what: "file", path: MANIFEST_PATH } as const;
    if (!this.#hasDigest(bytes, statement.manifest)) {
      this.#say(
        "MANIFEST_CHANGED",
        at,
        "The manifest is not the one that was approved and signed: it was changed by whoever carried the package. No file was checked against it.",
      );
      return null;
    }
    try {
      return parseManifest(bytes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#say(
        "PACKAGE_MALFORMED",
        at,
        `The signed manifest does not have the required form (${error.message}): the maker of the delivery made it so.`,
      );
      return null;
    }
  }

  #compare(statement: DeliveryStatement, manifest: Manifest): void {
    const marking = (value: Manifest["marking"]): string => encodeCanonical({ ...value });
    if (
      statement.deliveryId !== manifest.deliveryId ||
      statement.recipient !== manifest.recipient.id ||
      marking(statement.marking) !== marking(manifest.marking)
    ) {
      const at = { what: "file", path: PROOF_PATHS.statement } as const;
      this.#say(
        "STATEMENT_BAD",
        at,
        "The signed statement and the signed manifest name different deliveries, recipients or markings: the signer made it so.",
      );
    }
    const people = new Set([...statement.approvals.map((approval) => approval.approver), manifest.requester]);
    if (people.size !== 3) {
      this.#say(
        "RELEASE_MISMATCH",
        { what: "file", path: PROOF_PATHS.statement },
        "The delivery was not approved by two people other than its requester: the signer released it against the rule.",
      );
    }
  }

  async #file(file: ManifestFile): Promise<void> {
    const at = { what: "file", path: file.path } as const;
    if (!this.#present(file.path)) return;
    const sha256 = this.#crypto.hasher("sha256");
    const sha384 = this.#crypto.hasher("sha384");
    let length = 0;
    for await (const chunk of this.#input.package.read(file.path)) {
      length += chunk.length;
      if (length > file.bytes) break;
      sha256.update(chunk);
      sha384.update(chunk);
    }
    this.#hashed += length;
    if (length === file.bytes && toHex(sha256.digest()) === file.sha256 && toHex(sha384.digest()) === file.sha384)
      return;
    const what = length === file.bytes ? "its hash differs" : "its length differs";
    this.#say(
      "FILE_CHANGED",
      at,
      `${file.path} is not the file that was approved and signed (${what}): it was changed by whoever carried the package.`,
    );
  }

  #extras(manifest: Manifest): void {
    const listed = new Set<string>([
      MANIFEST_PATH,
      ...Object.values(PROOF_PATHS),
      ...manifest.files.map((file) => file.path),
    ]);
    for (const path of this.#paths) {
      if (listed.has(path)) continue;
      this.#say(
        "FILE_EXTRA",
        { what: "file", path },
        `${path} is in the package but not in the signed manifest: whoever carried the package added it.`,
      );
    }
  }

  async #release(statement: DeliveryStatement): Promise<ProvenRelease | null> {
    const leaf = await this.#proofFile(PROOF_PATHS.leaf);
    const openings = await this.#proofFile(PROOF_PATHS.openings);
    const proof = await this.#proofFile(PROOF_PATHS.proof);
    const cms = await this.#proofFile(PROOF_PATHS.cms);
    if (cms !== null && !this.#hasDigest(cms, statement.cms)) {
      this.#say(
        "FILE_CHANGED",
        { what: "file", path: PROOF_PATHS.cms },
        `${PROOF_PATHS.cms} is not the one that the statement names: it was changed by whoever carried the package.`,
      );
    }
    if (leaf === null || openings === null || proof === null) return null;
    return checkRelease(this.#crypto, this.#input.trust, statement, { leaf, openings, proof }, this.#found);
  }

  #hasDigest(bytes: Uint8Array, digest: FileDigest): boolean {
    return toHex(this.#crypto.sha256(bytes)) === digest.sha256 && toHex(this.#crypto.sha384(bytes)) === digest.sha384;
  }

  #proofFile(path: string): Promise<Uint8Array | null> {
    return this.#read(path, MAX_PROOF_BYTES);
  }

  async #read(path: string, limit: number): Promise<Uint8Array | null> {
    if (!this.#present(path)) return null;
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#input.package.read(path)) {
      length += chunk.length;
      if (length > limit) {
        this.#say("PACKAGE_MALFORMED", { what: "file", path }, `${path} is larger than ${limit} bytes.`);
        return null;
      }
      parts.push(chunk);
    }
    return concat(...parts);
  }

  #present(path: string): boolean {
    if (this.#paths.has(path)) return true;
    this.#say("FILE_MISSING", { what: "file", path }, `${path} is missing: whoever carried the package left it out.`);
    return false;
  }

  #say(code: DeliveryCode, at: At, sentence: string): void {
    this.#found.add(code, at, sentence);
  }
}
