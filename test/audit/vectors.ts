import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of shared vectors beside the repository, or what CAVEAT_SHARED names. Tests that need it are skipped without it. */
const SHARED = process.env["CAVEAT_SHARED"] ?? resolve(import.meta.dirname, "../../../shared");

/** The path of a shared vector and whether it is there. */
export function shared(path: string): { readonly path: string; readonly absent: boolean } {
  const whole = join(SHARED, path);
  return { path: whole, absent: !existsSync(whole) };
}
