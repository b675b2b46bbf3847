import { globalIdOf, nounOfId } from "./registry.ts";

/** What one world has answered to a script so far: cursors, and ids of what was not known before. */
export class Earlier {
  readonly #key: string;
  readonly #cursors: string[] = [];
  readonly #ids = new Map<string, string[]>();

  constructor(key: string) {
    this.#key = key;
  }

  note(body: Buffer, known: ReadonlySet<string>): void {
    if (body.length > 400_000) return;
    for (const [text] of body.toString("latin1").matchAll(/[A-Za-z0-9_-]{48,200}/g)) {
      const noun = nounOfId(text);
      if (noun === null) {
        if (text.length >= 70) this.#cursors.push(text);
      } else if (!known.has(text)) {
        const ids = this.#ids.get(noun) ?? [];
        if (!ids.includes(text)) this.#ids.set(noun, [...ids, text]);
      }
    }
  }

  /** What a name of the script's own stands for in this world. */
  readonly local = (name: string): string | undefined => {
    const [kind, first = "", second = "0"] = name.split(".");
    const at = (list: readonly string[], index: string): string | undefined =>
      list[Number(index) % Math.max(1, list.length)];
    if (kind === "key") return first === "act" ? undefined : `script-${this.#key}-${first}`;
    if (kind === "cursor") return at(this.#cursors, first) ?? "A".repeat(76);
    if (kind === "fresh")
      return at(this.#ids.get(first) ?? [], second) ?? globalIdOf(first, "00000000-0000-4000-8000-000000000000");
    return undefined;
  };
}
