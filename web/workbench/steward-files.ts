import type { Chosen } from "./steward-item.ts";

/** What was found where somebody dropped or chose something. */
export interface Found {
  readonly chosen: readonly Chosen[];
  /** Whether there were more than are taken at once. */
  readonly cut: boolean;
  /** Whether folders lay too deep. */
  readonly tooDeep: boolean;
  /** Files and folders that the browser could not read. */
  readonly unread: number;
}

/** Files that are taken at once. */
export const MOST_FILES = 2_000;
/** How deep folders are gone through. */
export const DEEPEST = 16;

const inOrder = (chosen: readonly Chosen[]): Chosen[] =>
  chosen.toSorted((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));

/** Files of a chooser, of a folder's with their paths. */
export function filesChosen(list: Iterable<File>): Found {
  const all = inOrder([...list].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
  return { chosen: all.slice(0, MOST_FILES), cut: all.length > MOST_FILES, tooDeep: false, unread: 0 };
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });

/** Everything in a folder, which the browser hands out piece by piece. */
async function inside(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return entries;
    entries.push(...some);
    if (entries.length > MOST_FILES) return entries;
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Files and folders that were dropped, folders with all that is in them. To be called while the event is told. */
export async function filesDropped({ items }: DataTransfer): Promise<Found> {
  const chosen: Chosen[] = [];
  // After the event the list is empty: everything is asked of it now.
  const dropped = [...items].filter(({ kind }) => kind === "file");
  let level = dropped.flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (level.length === 0) return filesChosen(dropped.flatMap((item) => item.getAsFile() ?? []));
  let unread = 0;
  const tooDeep = (): boolean => level.length > 0;
  for (let depth = 0; depth <= DEEPEST && level.length > 0 && chosen.length <= MOST_FILES; depth += 1) {
    const below: FileSystemEntry[] = [];
    for (const entry of level) {
      if (chosen.length > MOST_FILES) break;
      try {
        if (isFile(entry)) chosen.push({ file: await fileOf(entry), path: entry.fullPath.replace(/^\//, "") });
        else if (isFolder(entry)) below.push(...(await inside(entry)));
      } catch {
        unread += 1;
      }
    }
    level = below;
  }
  const cut = chosen.length > MOST_FILES;
  return { chosen: inOrder(chosen.slice(0, MOST_FILES)), cut, tooDeep: !cut && tooDeep(), unread };
}
