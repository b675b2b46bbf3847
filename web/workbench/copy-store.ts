const DATABASE = "caveat-copies";
const STORE = "sealed";
/** After this nobody waits for it any more: what is older goes at the next look. */
const MOST_AGE_MS = 24 * 3_600_000;

interface Stored {
  /** When it was written, by this machine's clock: nothing but its age is told by it. */
  readonly at: number;
  readonly sealed: ArrayBuffer;
}

/** Whether nothing is written any more: whoever worked here signed out. */
let closed = false;

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("no store")));
  });

async function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return done(request);
}

/** Opened for one act and closed after it, so that no page keeps another from taking it away. */
async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const over = new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      for (const end of ["error", "abort"]) transaction.addEventListener(end, () => reject(new Error("not stored")));
    });
    const [result] = await Promise.all([done(act(transaction.objectStore(STORE))), over]);
    return result;
  } finally {
    database.close();
  }
}

/** Whether this browser keeps anything at all. */
export const canKeep = (): boolean => !closed && typeof indexedDB !== "undefined";

/** Names of what this browser keeps; what is too old is removed. None where it keeps nothing, or cannot. */
export async function keptNames(): Promise<readonly string[]> {
  try {
    if (!canKeep() || !(await indexedDB.databases()).some(({ name }) => name === DATABASE)) return [];
    const names = (await within("readonly", (store) => store.getAllKeys())).map(String);
    const all = (await within("readonly", (store) => store.getAll())) as readonly Partial<Stored>[];
    // A clock that was put back makes nothing younger.
    const old = names.filter((_name, at) => !(Math.abs(Date.now() - Number(all[at]?.at)) < MOST_AGE_MS));
    await removeKept(old);
    return names.filter((name) => !old.includes(name));
  } catch {
    return [];
  }
}

/** What is kept under a name; null where nothing is. It comes from whoever may write into this browser's profile. */
export async function readKept(name: string): Promise<unknown> {
  const stored = (await within("readonly", (store) => store.get(name))) as Partial<Stored> | undefined;
  return stored?.sealed ?? null;
}

/** Keeps what is sealed under a name, and nothing under these others. Answers whether it is there. */
export async function keep(name: string, sealed: ArrayBuffer, others: readonly string[]): Promise<boolean> {
  if (!canKeep()) return false;
  try {
    await within("readwrite", (store) => {
      for (const other of others) if (other !== name) store.delete(other);
      return store.put({ at: Date.now(), sealed } satisfies Stored, name);
    });
    return true;
  } catch {
    return false;
  }
}

/** Removes what is kept under these names. */
export async function removeKept(names: readonly string[]): Promise<void> {
  if (names.length === 0 || !canKeep()) return;
  await within("readwrite", (store) => {
    for (const name of names) store.delete(name);
    return store.count();
  });
}

/** Removes everything, for good: this page keeps nothing after it. */
export async function forgetKept(): Promise<void> {
  closed = true;
  if (typeof indexedDB === "undefined") return;
  await done(indexedDB.deleteDatabase(DATABASE)).catch(() => undefined);
}

/** This page keeps nothing any more: what it shows is not of the session that is there now. */
export function stopKeeping(): void {
  closed = true;
}
