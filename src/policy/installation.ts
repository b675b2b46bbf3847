import { CaveatError } from "../errors.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { Grant } from "./grant.ts";

/** The marking of what belongs to the installation itself: the registry of clients, policies. */
export async function installationMarking(grant: Grant): Promise<InternedMarking> {
  const read = grant.office.read("UNCLASSIFIED//NOFORN");
  if (!read) throw new CaveatError("UNAVAILABLE", "no marking for the installation");
  return grant.office.intern(read.structure, read.effective);
}
