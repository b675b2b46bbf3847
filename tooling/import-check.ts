import { PACKAGE_ROOMS, RESERVED, ROOMS } from "./import-rules.ts";
import { type Reach, readReaches } from "./source-imports.ts";

/** A source file, real or imagined. */
export interface SourceText {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** An import that a rule refuses. */
export interface Violation {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly target: string;
  readonly reason: string;
}

/** Checks files against the import rules. A file in `src/` or `audit/` that belongs to no room is a violation itself. */
export function checkImports(files: readonly SourceText[]): readonly Violation[] {
  return files.flatMap(({ path, text }) => {
    const reaches = readReaches(path, text);
    return [...checkRoom(path, reaches), ...checkPackages(path, reaches), ...checkReserved(path, reaches)];
  });
}

/** `file:line rule: may not reach for target: reason`, one line. */
export function describeViolation({ rule, path, line, target, reason }: Violation): string {
  return `${path}:${line} ${rule}: may not reach for ${target}: ${reason}`;
}

/** Files above the rooms: they put the rooms together. */
const ABOVE = /^src\/(cli\/|tour\/|main\.ts)/;

function checkRoom(path: string, reaches: readonly Reach[]): readonly Violation[] {
  if (!/^(src|audit|web\/workbench)\//.test(path) || ABOVE.test(path)) return [];
  // The first room that fits: narrower ones stand before wider ones.
  const room = ROOMS.find(({ from }) => from.test(path));
  if (room === undefined) {
    return [
      {
        rule: "room-without-rule",
        path,
        line: 1,
        target: path,
        reason: "every file of the server belongs to a room of tooling/import-rules.ts",
      },
    ];
  }
  return reaches
    .filter(({ target, typeOnly }) => {
      if (target.startsWith("node:")) return room.node?.some((module) => module.test(target)) === false;
      if (/^(npm|use|unknown):/.test(target)) return false;
      if (room.from.test(target) || room.may.some((may) => may.test(target))) return false;
      return !(typeOnly && (room.mayAsTypes ?? []).some((may) => may.test(target)));
    })
    .map(({ target, line }) => ({ rule: room.name, path, line, target, reason: room.reason }));
}

function checkPackages(path: string, reaches: readonly Reach[]): readonly Violation[] {
  if (!/^(src|audit|migrations|web\/workbench)\//.test(path)) return [];
  return reaches.flatMap(({ target, line }) => {
    if (!target.startsWith("npm:")) return [];
    const home = PACKAGE_ROOMS.find(({ packages }) => packages.test(target.slice(4)));
    if (home?.files.test(path) === true) return [];
    const reason = home === undefined ? "it has no room in tooling/import-rules.ts" : `its room is ${home.room}`;
    return [{ rule: "one-room-for-each-package", path, line, target, reason }];
  });
}

function checkReserved(path: string, reaches: readonly Reach[]): readonly Violation[] {
  return RESERVED.filter(({ onlyFrom }) => !onlyFrom.test(path)).flatMap(({ name, to, reason }) =>
    reaches
      .filter(({ target }) => to.test(target))
      .map(({ target, line }) => ({ rule: name, path, line, target, reason })),
  );
}
