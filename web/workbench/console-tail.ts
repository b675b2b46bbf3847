import type { Refused } from "./api.ts";
import { browserCrypto } from "./browser-crypto.ts";
import { showBanner } from "./banner.ts";
import { linked } from "./console-chain.ts";
import type { Head } from "./console-chain.ts";
import { actOf, entryBlock, shortTime, statesOf, whoCell } from "./console-entry.ts";
import { follow } from "./console-follow.ts";
import { openingTable } from "./console-rows.ts";
import type { OpeningRow } from "./console-rows.ts";
import type { Links, View } from "./console-view.ts";
import { button, element, say } from "./dom.ts";
import { TAIL } from "./generated/console.ts";
import type { Entry, Look } from "./generated/console.ts";
import { TEXT } from "./text.ts";

/** Entries that are kept on the screen. */
const MOST = 200;

/** Header fields, which no marking covers: everybody who may read the log at all is shown them. */
type Header = Pick<Entry, "index" | "at" | "kind"> & { readonly states: string };

/**
 * Entries as they come. What is open of them stands on the screen until the next look comes, under that look's banner; of what
 * came before only header fields stay, because nobody but the server could tell a banner over several looks.
 */
export class TailView implements View {
  readonly name = TEXT.console.tail;
  readonly panel: HTMLElement;
  readonly #links: Links;
  readonly #refused: (error: unknown) => void;
  readonly #toggle = button(TEXT.console.follow, () => (this.#stop ? this.#pause() : this.#go()));
  readonly #state = element("span", { class: "quiet" });
  readonly #fault = element("p", { class: "bad", role: "alert" });
  readonly #last = element("div");
  readonly #before = element("div");
  #stop: (() => void) | null = null;
  #head: Head | null = null;
  #latest: readonly Header[] = [];
  #older: readonly Header[] = [];
  #marking: string | null = null;
  #visible = false;

  constructor(links: Links, refused: (error: unknown) => void) {
    this.#links = links;
    this.#refused = refused;
    this.#fault.hidden = true;
    this.panel = element("div", {}, [
      element("p", { class: "quiet" }, [TEXT.console.tailHelp(MOST)]),
      element("div", { class: "row" }, [this.#toggle, this.#state]),
      this.#fault,
      element("section", { class: "answer" }, [this.#last, this.#before]),
    ]);
  }

  enter(): void {
    this.#visible = true;
    showBanner(this.#marking);
    say("");
  }

  /** Whoever does not look follows nothing: what he is shown is on record. */
  leave(): void {
    this.#visible = false;
    if (this.#stop) this.#pause();
  }

  end(): void {
    this.#stop?.();
    this.#stop = null;
    this.#forget();
    this.#visible = false;
  }

  #forget(): void {
    [this.#latest, this.#older, this.#marking] = [[], [], null];
    for (const part of [this.#last, this.#before]) part.replaceChildren();
    if (this.#visible) showBanner(null);
  }

  #go(): void {
    if (!this.#head) this.#forget();
    this.#toggle.textContent = TEXT.console.pause;
    this.#state.textContent = TEXT.console.asking;
    this.#fault.hidden = true;
    // Goes on where it was paused, and hears if the log is another one there.
    this.#stop = follow(TAIL, this.#head ?? {}, {
      next: ({ auditTail }, marking) => this.#look(auditTail, marking),
      over: (why) => this.#over(why),
    });
  }

  #pause(): void {
    this.#stop?.();
    this.#stop = null;
    this.#toggle.textContent = this.#head ? TEXT.console.goOn : TEXT.console.follow;
    this.#state.textContent = this.#head ? TEXT.console.paused(this.#head.size) : "";
  }

  #over(why: Refused | null): void {
    this.#pause();
    if (why?.code === "UNAUTHENTICATED") this.#refused(why);
    else this.#tell(why ? TEXT.refused(why.code) : TEXT.console.tailEnded);
  }

  #tell(fault: string): void {
    this.#fault.textContent = fault;
    this.#fault.hidden = false;
  }

  #look({ agrees, from, origin, entries, passed, size, chain }: Look, marking: string | null): void {
    const head = this.#head ?? from;
    const came = linked(browserCrypto, origin, head, [...entries, ...passed]);
    const follows = agrees && typeof came === "object" && came.size === size && came.chain === chain;
    if (!follows) {
      this.#pause();
      this.#tell(
        agrees ? TEXT.console.chainBroken(typeof came === "number" ? came : size) : TEXT.console.otherLog(head.size),
      );
      // Another beginning is another log: it is begun anew, and what was followed goes from the screen then.
      this.#head = null;
      this.#toggle.textContent = TEXT.console.followAnew;
      return;
    }
    this.#head = came;
    this.#state.textContent = TEXT.console.following(origin, size);
    if (entries.length === 0) return;
    this.#show(entries, marking);
    if (this.#visible) say(TEXT.console.shownEntries(entries.length));
  }

  #show(entries: readonly Entry[], marking: string | null): void {
    const newest = entries.toReversed().slice(0, MOST);
    this.#older = [...this.#latest, ...this.#older].slice(0, MOST - newest.length);
    this.#latest = newest.map((entry) => ({ ...headerOf(entry), states: statesOf(entry) }));
    this.#marking = marking;
    if (this.#visible) showBanner(marking);
    const { time, kind, who, act, sections } = TEXT.console;
    const rows = newest.map((entry) => ({
      index: entry.index,
      cells: [shortTime(entry.at), entry.kind, whoCell(entry, this.#links), actOf(entry), statesOf(entry)],
      detail: () => entryBlock(entry, this.#links),
    }));
    this.#last.replaceChildren(openingTable(TEXT.console.lastLook, [time, kind, who, act, sections], rows));
    const headers = this.#older.map(({ index, at, kind: what, states }): OpeningRow => ({
      index,
      cells: [shortTime(at), what, states],
      detail: null,
    }));
    const before = openingTable(TEXT.console.earlierLooks, [time, kind, sections], headers);
    this.#before.replaceChildren(...(headers.length === 0 ? [] : [before]));
  }
}

const headerOf = ({ index, at, kind }: Entry): Omit<Header, "states"> => ({ index, at, kind });
