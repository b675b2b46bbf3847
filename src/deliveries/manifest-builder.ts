import { encodeManifest, timeOf, type Manifest } from "../../audit/index.ts";
import type { AuthorityLines } from "../markings/authority.ts";
import { joinEffective, type Effective } from "../markings/effective.ts";
import type { ContentDigest } from "./content.ts";
import { DeliveryError } from "./errors.ts";
import { effectiveJson, markingJson, type DeliveredMarking } from "./marking-json.ts";
import { checkDataPath, sortedByPath } from "./paths.ts";
import type { Recipient } from "./recipient.ts";

/** One data file as the manifest lists it. Every file has a marking; there is no unmarked item. */
export interface DeliveredFile extends ContentDigest {
  readonly path: string;
  readonly mediaType: string;
  readonly marking: DeliveredMarking;
  /** "Declassify On" of its classification authority block; null when it is unclassified. */
  readonly declassifyOn: string | null;
}

/** All that a manifest is made from. Nothing else goes in: no clock, no random value, no order of arrival. */
export interface ManifestInput {
  readonly deliveryId: string;
  readonly dataset: string;
  /** See `versionDigest`. */
  readonly versionDigest: string;
  readonly counts: { readonly images: number; readonly labels: number };
  readonly files: readonly DeliveredFile[];
  /** The banner of the whole, rolled up by the markings room from the portions. */
  readonly banner: string;
  /** What else the whole is at least: the marking of the dataset itself and of its compilations. */
  readonly atLeast: readonly Effective[];
  /** The block of the whole, made from those of all parts; null when it is unclassified. */
  readonly authority: AuthorityLines | null;
  readonly policyVersion: string;
  readonly registerVersion: string;
  readonly purpose: string;
  readonly recipient: Recipient;
  /** UTC with six digits of microseconds. */
  readonly requestedAt: string;
  /** Id of the person who asked. */
  readonly requester: string;
}

/** A delivery is derived: its block has a source and neither a reason nor a downgrade. */
const authorityOf = (lines: AuthorityLines | null): Manifest["authority"] => {
  if (lines === null) return null;
  const { classifiedBy, derivedFrom, sources, declassifyOn } = lines;
  if (derivedFrom === null) throw new DeliveryError("VALUE_REFUSED", "a delivery is derived from something");
  return { classifiedBy, derivedFrom, sources, declassifyOn };
};

const IMAGES = "data/images/";

/**
 * The canonical bytes of manifest.json (RFC 8785; audit/FORMAT.md): what two people approve and what every proof names. The same
 * input gives the same bytes, in whatever order the files come.
 *
 * The effective marking of the whole is computed here, as the join of all files and of `atLeast`, and is never taken from
 * the caller (I3).
 *
 * @throws {DeliveryError} `NO_FILES`, `PATH_REFUSED`, `PATH_TWICE`, `VALUE_REFUSED`; {FormatError} for a value that the format
 * cannot hold, such as a text that is not in normal form C.
 */
export const buildManifest = (input: ManifestInput): Uint8Array => {
  const files = sortedByPath(input.files);
  const [first, ...rest] = files;
  if (first === undefined) throw new DeliveryError("NO_FILES", "a delivery without any file");
  for (const { path } of files) checkDataPath(path);
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(input.deliveryId)) {
    throw new DeliveryError("VALUE_REFUSED", "the delivery id is not a UUID in lower case");
  }
  if (files.filter((file) => file.path.startsWith(IMAGES)).length !== input.counts.images) {
    throw new DeliveryError("VALUE_REFUSED", `${input.counts.images} images are counted, but another number is listed`);
  }
  const whole = [...rest.map((file) => file.marking.effective), ...input.atLeast].reduce(
    joinEffective,
    first.marking.effective,
  );
  return encodeManifest({
    deliveryId: input.deliveryId,
    dataset: input.dataset,
    versionDigest: input.versionDigest,
    counts: input.counts,
    files: files.map((file) => ({ ...file, marking: markingJson(file.marking) })),
    marking: { banner: input.banner, effective: effectiveJson(whole) },
    authority: authorityOf(input.authority),
    policyVersion: input.policyVersion,
    registerVersion: input.registerVersion,
    purpose: input.purpose,
    recipient: input.recipient,
    requestedAt: timeOf(input.requestedAt, "requestedAt"),
    requester: input.requester,
  });
};
