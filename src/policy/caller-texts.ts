import { encodeCanonical } from "../../audit/index.ts";
import { CaveatError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { PlainSection } from "../ledger/sealing.ts";
import type { Effective, Level } from "../markings/index.ts";
import type { Plain } from "./audit-port.ts";
import type { Obligation } from "./decision.ts";
import type { MarkingOffice } from "./marking-office.ts";
import { honoringOnly } from "./profile.ts";
import type { AccessProfile } from "./profile.ts";
import { standingEffective } from "./standing.ts";

// Text that is in every normal form as it stands.
const ASCII = /^[\x20-\x7e]*$/;

/** Text in Unicode normal form C, which canonical JSON demands; ids and names from callers may be anything. */
function nfc(value: Plain): Plain {
  if (typeof value === "string" && ASCII.test(value)) return value;
  if (typeof value === "string") return value.isWellFormed() ? value.normalize("NFC") : "?";
  if (Array.isArray(value)) return value.map(nfc);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, nfc(member)]));
  }
  return value;
}

/** Canonical JSON of a value as {@link nfc} makes it; `depth` is how deep in its text it stands. */
export function spelled(value: Plain, depth = 0): string {
  return encodeCanonical(nfc(value), depth);
}

/** The text that a section's commitment carries as its marking. */
export function sectionMarking(banner: string, effective: Effective): string {
  return encodeCanonical({ banner, effective: effective as unknown as Plain });
}

/** What an office makes of several markings. */
type Summary = NonNullable<ReturnType<MarkingOffice["summarize"]>>;

/**
 * What the entries of one caller repeat: worked out once, because profiles, sources and registers do not change and those of
 * one record are the same objects.
 */
export class CallerTexts {
  readonly #bases = new WeakMap<MarkingOffice, Map<Level, string>>();
  readonly #honoring = new WeakMap<AccessProfile, Map<string, AccessProfile>>();
  readonly #standings = new WeakMap<AccessProfile, WeakMap<Principal["sources"], PlainSection>>();
  readonly #summaries = new WeakMap<Summary, string>();

  /** The marking of what is known before anything is read: the session's level, for our own people only. */
  base({ session: { level } }: Principal, office: MarkingOffice): string {
    const bases = this.#bases.get(office) ?? new Map<Level, string>();
    this.#bases.set(office, bases);
    const known = bases.get(level);
    if (known !== undefined) return known;
    const name = { U: "UNCLASSIFIED", R: "CONFIDENTIAL", C: "CONFIDENTIAL", S: "SECRET", TS: "TOP SECRET" }[level];
    const read = office.read(`${name}//NOFORN`);
    if (!read) throw new CaveatError("UNAVAILABLE", "base marking is not in the register");
    const marking = sectionMarking(`${name}//NOFORN`, read.effective);
    bases.set(level, marking);
    return marking;
  }

  /** The marking of what names everything that an office summed up, which it does once for the same markings. */
  summary(of: Summary): string {
    const known = this.#summaries.get(of);
    if (known !== undefined) return known;
    const marking = sectionMarking(of.banner ?? "see the effective marking", of.effective);
    this.#summaries.set(of, marking);
    return marking;
  }

  /** The profile as it is behind a way out that honors no more than these. */
  honoring(profile: AccessProfile, honors: readonly Obligation[]): AccessProfile {
    const known = this.#honoring.get(profile) ?? new Map<string, AccessProfile>();
    this.#honoring.set(profile, known);
    const key = honors.join(" ");
    const made = known.get(key) ?? honoringOnly(profile, honors);
    known.set(key, made);
    return made;
  }

  /**
   * The section that says what decisions about the caller rest on, with the source and time of each attribute. What
   * somebody is cleared for is marked as high as that: fewer may read it than may read what he did.
   */
  standing({ profile, sources }: Principal): PlainSection {
    const bySources = this.#standings.get(profile) ?? new WeakMap<Principal["sources"], PlainSection>();
    this.#standings.set(profile, bySources);
    const known = bySources.get(sources);
    if (known) return known;
    const content = {
      profile: profile as unknown as Plain,
      sources: sources.map((s) => ({ attribute: s.attribute, source: s.source, assertedAt: s.assertedAt })),
    };
    const section: PlainSection = {
      slot: 3,
      name: "detail",
      marking: sectionMarking("see the effective marking", standingEffective(profile)),
      plaintext: spelled(content),
    };
    bySources.set(sources, section);
    return section;
  }
}
