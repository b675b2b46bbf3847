import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** Where the published data sets for known answers lie: beside the repository, or where CAVEAT_SHARED says. */
export const sharedFolder = process.env["CAVEAT_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** Overhead crops with tree crowns that people drew (NEON, CC0; annotations CC BY 4.0). */
export const NEON = join(sharedFolder, "data", "overhead-neon-trees");
/** Images and annotators' polygons (COCO val2017). */
export const COCO = join(sharedFolder, "data", "coco-val2017-20");
/** Whether both are there; tests that need them are skipped by name otherwise. */
export const hasShared = existsSync(NEON) && existsSync(COCO);
