import { declassifiesNoEarlier, parseAuthority, parseDeclassifyOn, type ManifestAuthority } from "./authority.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { arrayOf, countOf, encodeCanonical, exactObject, isObject, parseCanonical, stringOf } from "./jcs.ts";
import type { Json, JsonObject } from "./jcs.ts";

export const MANIFEST_PATH = "manifest.json";
/** The files beside the manifest that it cannot list, because they are made after it. */
export const PROOF_PATHS = {
  statement: "proof/statement.dsse.json",
  leaf: "proof/release.leaf",
  openings: "proof/release.open.json",
  proof: "proof/release.tlog-proof",
  cms: "proof/manifest.cms",
} as const;
export const MAX_FILES = 1_000_000;

/** A marking as a package shows it: the banner to read and the effective marking that decided. */
export interface ManifestMarking {
  readonly banner: string;
  readonly effective: JsonObject;
}

export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly marking: ManifestMarking;
  /** As its classification authority block says it; null when it is unclassified. */
  readonly declassifyOn: string | null;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sha384: string;
}

export interface ManifestRecipient {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly country: string;
}

/** What a delivery holds. In canonical form its bytes are what two people approve. */
export interface Manifest {
  readonly deliveryId: string;
  readonly dataset: string;
  readonly versionDigest: string;
  readonly counts: { readonly images: number; readonly labels: number };
  /** Sorted by path, in UTF-16 code units. */
  readonly files: readonly ManifestFile[];
  readonly marking: ManifestMarking;
  /** Made from the blocks of all that is delivered; null when the whole is unclassified. */
  readonly authority: ManifestAuthority | null;
  readonly policyVersion: string;
  readonly registerVersion: string;
  readonly purpose: string;
  readonly recipient: ManifestRecipient;
  readonly requestedAt: string;
  /** Id of the person who asked for the delivery. */
  readonly requester: string;
}

/** The bytes of a manifest: canonical JSON, no newline at the end. Throws FormatError when `parseManifest` would refuse them. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  // Spelled out member by member, so that a caller's surplus members never reach the signed bytes.
  const bytes = utf8(
    encodeCanonical({
      authority: authorityJson(manifest.authority),
      caveat: "delivery/v1",
      counts: { images: manifest.counts.images, labels: manifest.counts.labels },
      dataset: manifest.dataset,
      deliveryId: manifest.deliveryId,
      files: manifest.files.map(({ bytes: length, declassifyOn, marking, mediaType, path, sha256, sha384 }) => ({
        bytes: length,
        declassifyOn,
        marking: { banner: marking.banner, effective: marking.effective },
        mediaType,
        path,
        sha256,
        sha384,
      })),
      marking: { banner: manifest.marking.banner, effective: manifest.marking.effective },
      policyVersion: manifest.policyVersion,
      purpose: manifest.purpose,
      recipient: {
        country: manifest.recipient.country,
        id: manifest.recipient.id,
        name: manifest.recipient.name,
        organization: manifest.recipient.organization,
      },
      registerVersion: manifest.registerVersion,
      requestedAt: manifest.requestedAt,
      requester: manifest.requester,
      versionDigest: manifest.versionDigest,
    }),
  );
  parseManifest(bytes);
  return bytes;
}

function authorityJson(authority: ManifestAuthority | null): Json {
  if (authority === null) return null;
  const { classifiedBy, declassifyOn, derivedFrom, sources } = authority;
  return {
    classifiedBy,
    declassifyOn,
    derivedFrom,
    sources: sources.map(({ title, date }) => ({ title, date })),
  };
}

/** Reads a manifest that anybody may have written. Canonical form, exact members, safe and sorted paths. Throws FormatError. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const value = exactObject(
    parseCanonical(fromUtf8(bytes)),
    [
      "authority",
      "caveat",
      "counts",
      "dataset",
      "deliveryId",
      "files",
      "marking",
      "policyVersion",
      "purpose",
      "recipient",
    ].concat(["registerVersion", "requestedAt", "requester", "versionDigest"]),
    "the manifest",
  );
  if (value["caveat"] !== "delivery/v1") throw new FormatError("MANIFEST", "not a delivery of version 1");
  const text = (name: string): string => stringOf(value[name], `${name} of the manifest`);
  const counts = exactObject(value["counts"], ["images", "labels"], "the counts");
  const recipient = exactObject(value["recipient"], ["country", "id", "name", "organization"], "the recipient");
  const files = arrayOf(value["files"], "the files", MAX_FILES).map(parseFile);
  files.forEach((file, i) => {
    const before = files[i - 1];
    if (before !== undefined && before.path >= file.path) {
      throw new FormatError("MANIFEST", "the files are not sorted by path, or one path is listed twice");
    }
  });
  const marking = parseMarking(value["marking"]);
  const authority = parseAuthority(value["authority"], marking.effective["level"]);
  for (const { declassifyOn } of files) {
    const kept = declassifyOn === null || (authority && declassifiesNoEarlier(authority.declassifyOn, declassifyOn));
    if (kept !== true) throw new FormatError("MANIFEST", "the whole is declassified earlier than a part of it");
  }
  return {
    deliveryId: text("deliveryId"),
    dataset: text("dataset"),
    versionDigest: text("versionDigest"),
    counts: { images: countOf(counts.images, "the image count"), labels: countOf(counts.labels, "the label count") },
    files,
    marking,
    authority,
    policyVersion: text("policyVersion"),
    registerVersion: text("registerVersion"),
    purpose: text("purpose"),
    recipient: {
      id: stringOf(recipient.id, "the id of the recipient"),
      name: stringOf(recipient.name, "the name of the recipient"),
      organization: stringOf(recipient.organization, "the organization of the recipient"),
      country: stringOf(recipient.country, "the country of the recipient"),
    },
    requestedAt: text("requestedAt"),
    requester: text("requester"),
  };
}

/** Reads a marking object. Its meaning is the policy's; here it only has to be well formed. Throws MEMBERS. */
export function parseMarking(value: Json | undefined): ManifestMarking {
  const marking = exactObject(value, ["banner", "effective"], "the marking");
  if (!isObject(marking.effective)) throw new FormatError("MEMBERS", "the effective marking is not an object");
  return { banner: stringOf(marking.banner, "the banner"), effective: marking.effective };
}

/**
 * Whether a path of a package is safe to write on any system: relative, `/`-separated ASCII names of letters, digits,
 * dot, hyphen and underscore, none of which begins with a dot or is a device name.
 */
export function isSafePath(path: string): boolean {
  return (
    path.length <= 200 &&
    path.split("/").every((name) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name) && !name.endsWith(".")) &&
    !/(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\/|$)/i.test(path)
  );
}

function parseFile(value: Json): ManifestFile {
  const file = exactObject(
    value,
    ["bytes", "declassifyOn", "marking", "mediaType", "path", "sha256", "sha384"],
    "a file",
  );
  const path = stringOf(file.path, "a path");
  const marking = parseMarking(file.marking);
  if (!isSafePath(path) || !path.startsWith("data/")) throw new FormatError("MANIFEST", "a path that is not safe");
  return {
    path,
    bytes: countOf(file.bytes, "the length of a file"),
    mediaType: stringOf(file.mediaType, "a media type", /^[\x21-\x7e]+(?:; [\x21-\x7e]+)*$/, 128),
    marking,
    declassifyOn: parseDeclassifyOn(file.declassifyOn, marking.effective["level"]),
    sha256: stringOf(file.sha256, "a SHA-256", /^[0-9a-f]{64}$/),
    sha384: stringOf(file.sha384, "a SHA-384", /^[0-9a-f]{96}$/),
  };
}
