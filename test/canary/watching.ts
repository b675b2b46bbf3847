import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { TestDatabase } from "../database.ts";

/** Statements that stood in pg_stat_activity while something ran. */
export interface Activity {
  /** Ends the watch; every distinct text that was seen. */
  readonly stop: () => Promise<ReadonlySet<string>>;
}

/** Watches, as the application role, what every role of the server is running, as somebody could who may run SQL there. */
export async function watchActivity(database: TestDatabase): Promise<Activity> {
  const clients = ["caveat_app", "caveat_policy", "caveat_ledger"].map((role) => new Client({ ...database.as(role) }));
  const seen = new Set<string>();
  const ending = new AbortController();
  const watching = clients.map(async (client) => {
    await client.connect();
    while (!ending.signal.aborted) {
      const { rows } = await client.query<{ query: string | null }>(
        "select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      for (const { query } of rows) if (query !== null) seen.add(query);
      await sleep(2);
    }
    await client.end();
  });
  return {
    async stop() {
      ending.abort();
      await Promise.all(watching);
      return seen;
    },
  };
}

/** Every file below a folder, by its path from there. */
export function filesBelow(folder: string): { readonly path: string; readonly read: () => Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(folder.length + 1), read: () => readFileSync(path) };
    });
}

/** Whether bytes hold a text: as it is, in UTF-16, or in base64 at any of the three alignments, or in hex. */
export function holds(bytes: Buffer, text: string): boolean {
  const plain = Buffer.from(text, "utf8");
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), plain])
      .toString("base64")
      .replaceAll("=", "");
    // The first and last characters depend on what stands around the text.
    return shifted.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  const url = base64.map((encoded) => encoded.replaceAll("+", "-").replaceAll("/", "_"));
  const forms = [
    plain,
    Buffer.from(text, "utf16le"),
    ...[...base64, ...url, plain.toString("hex"), encodeURIComponent(text)].map((form) => Buffer.from(form)),
  ];
  return forms.some((form) => bytes.includes(form));
}

/** Names of the entries of a tar stream (POSIX.1-1988 ustar headers of 512 bytes). */
export function tarNames(tar: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 512 <= tar.length;) {
    const header = tar.subarray(at, at + 512);
    const text = (from: number, length: number): string =>
      header
        .subarray(from, from + length)
        .toString("latin1")
        .replace(/\0.*$/s, "");
    if (text(0, 100) === "") break;
    names.push(`${text(345, 155)}/${text(0, 100)}`);
    at += 512 + Math.ceil(Number.parseInt(text(124, 12), 8) / 512) * 512;
  }
  return names;
}
