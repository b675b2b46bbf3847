import type { JsonObject, ManifestMarking } from "../../audit/index.ts";
import type { Effective } from "../markings/effective.ts";

/** A marking as a package shows it: the banner to read and the effective marking that decided. */
export interface DeliveredMarking {
  readonly banner: string;
  readonly effective: Effective;
}

/** An effective marking as JSON, member by member: whatever else an object carries never gets into signed bytes. */
export const effectiveJson = (effective: Effective): JsonObject => ({
  level: effective.level,
  sci: effective.sci,
  sar: effective.sar,
  aea: effective.aea,
  nato: effective.nato,
  fgi: effective.fgi,
  controls: effective.controls,
  noforn: effective.noforn,
  relTo: effective.relTo,
  displayTo: effective.displayTo,
  jointOwners: effective.jointOwners,
  lists: effective.lists,
});

/** The marking object of manifests and statements. */
export const markingJson = (marking: DeliveredMarking): ManifestMarking => ({
  banner: marking.banner,
  effective: effectiveJson(marking.effective),
});
