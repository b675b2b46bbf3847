import { readFileSync } from "node:fs";

/**
 * What stands before a PostgreSQL program on its command line.
 *
 * - `setpriv --pdeathsig`: when this process dies, however it dies, the kernel signals PostgreSQL; nothing is orphaned.
 * - `unshare --user`: PostgreSQL refuses uid 0, and initdb a uid without a name. In a user namespace of its own it sees
 *   another uid, while files still belong to ours, so the same directory works the next time, too.
 *
 * @param deathSignal what the program gets when this process dies: INT lets PostgreSQL stop cleanly
 */
export function commandPrefix(deathSignal: "INT" | "KILL"): readonly string[] {
  const setpriv = ["setpriv", "--pdeathsig", deathSignal, "--"];
  const uid = process.getuid?.() ?? 0;
  const named = namedUids();
  if (uid !== 0 && named.includes(uid)) return setpriv;
  const seen = named.find((other) => other !== 0) ?? 1000;
  return ["unshare", "--user", `--map-user=${seen}`, `--map-group=${seen}`, "--", ...setpriv];
}

function namedUids(): readonly number[] {
  try {
    return readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => Number.parseInt(line.split(":")[2] ?? "", 10))
      .filter((uid) => Number.isInteger(uid));
  } catch {
    return [];
  }
}
