import type { Page } from "playwright-core";

/** Everything that this origin keeps in the browser, as text in every form in which somebody would look for it. */
const EVERYTHING = `(async () => {
  const texts = [];
  const told = (value) => {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      for (const encoding of ["utf-8", "utf-16le", "utf-16be", "latin1"]) texts.push(new TextDecoder(encoding).decode(bytes));
    } else if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value)) { texts.push(name); told(inner); }
    else texts.push(String(value));
  };
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  let records = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      for (const key of await done(all.getAllKeys())) told(key);
      for (const value of await done(all.getAll())) { records += 1; told(value); }
    }
    database.close();
  }
  for (const store of [localStorage, sessionStorage]) told({ ...store });
  for (const name of await caches.keys()) {
    texts.push(name);
    const cache = await caches.open(name);
    for (const request of await cache.keys()) { texts.push(request.url, await (await cache.match(request)).text()); }
  }
  told(history.state);
  texts.push(location.href, document.cookie);
  return { records, texts };
})()`;

/** What a browser holds of the page's own: how many records, and all of it as text. */
export interface Held {
  readonly records: number;
  readonly texts: readonly string[];
}

export const heldIn = (page: Page): Promise<Held> => page.evaluate(EVERYTHING);

/** Which of these words stand somewhere in what the browser holds. */
export function foundIn({ texts }: Held, words: readonly string[]): string[] {
  return words.filter((word) => texts.some((text) => text.includes(word)));
}

/** Does something with the one store of copies: an expression of `store`, an IDBObjectStore. */
export const inStore = (page: Page, act: string): Promise<unknown> =>
  page.evaluate(`(async () => {
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await done(indexedDB.open("caveat-copies"));
    const store = database.transaction("sealed", "readwrite").objectStore("sealed");
    try { return await (${act}); } finally { database.close(); }
  })()`);
