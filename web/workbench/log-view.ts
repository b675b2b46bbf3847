import { FormatError } from "../../audit/core/errors.ts";
import type { Finding } from "../../audit/core/verdict.ts";
import { showBanner } from "./banner.ts";
import type { View } from "./console-view.ts";
import { button, element, say } from "./dom.ts";
import { checkLog, checkTiles } from "./log-check.ts";
import type { Checked, TilesChecked } from "./log-check.ts";
import { TEXT } from "./text.ts";

/** Bytes of a file that somebody chose: trust files and checkpoints are small. */
const MOST_BYTES = 1_048_576;

const line = (text: string): HTMLElement => element("p", {}, [text]);

/** The activity log before a compliance officer: his own browser verifies it. */
export class LogView implements View {
  readonly name = TEXT.verifyLog;
  readonly panel: HTMLElement;
  readonly #refused: (error: unknown) => void;
  readonly #checkpoint = element("textarea", { rows: "5", spellcheck: "false", id: "kept-checkpoint" });
  readonly #checkpointFile = element("input", { type: "file", "aria-label": TEXT.keptCheckpointFile });
  readonly #trustFile = element("input", { type: "file", id: "trust-file" });
  readonly #bar = element("progress", { "aria-label": TEXT.verifyLog });
  readonly #far = element("span", { class: "far" });
  readonly #result = element("section", { "aria-live": "polite", class: "result" });
  readonly #verify = button(TEXT.verify, () => void this.#check("tiles"));
  readonly #verifyAll = button(TEXT.verifyAll, () => void this.#check("archive"));
  readonly #stop = button(TEXT.stop, () => this.#running?.abort());
  #running: AbortController | null = null;
  #marking: string | null = null;
  #visible = false;
  #over = false;

  constructor(refused: (error: unknown) => void) {
    this.#refused = refused;
    this.#checkpointFile.addEventListener("change", () => {
      const [file] = this.#checkpointFile.files ?? [];
      if (file)
        void file
          .slice(0, MOST_BYTES)
          .text()
          .then((text) => (this.#checkpoint.value = text));
    });
    this.panel = element("div", {}, [
      element("h2", {}, [TEXT.logTitle]),
      element("p", {}, [TEXT.logHelp]),
      element("div", { class: "kept" }, [
        element("label", { for: "kept-checkpoint" }, [TEXT.keptCheckpoint]),
        element("p", { class: "quiet" }, [TEXT.keptHelp]),
        this.#checkpoint,
        this.#checkpointFile,
        element("label", { for: "trust-file" }, [TEXT.ownTrust]),
        element("p", { class: "quiet" }, [TEXT.trustHelp]),
        this.#trustFile,
      ]),
      element("div", { class: "row" }, [this.#verify, this.#verifyAll, this.#stop, this.#bar, this.#far]),
      this.#result,
    ]);
    this.#runs(null);
  }

  enter(): void {
    this.#visible = true;
    showBanner(this.#marking);
    say("");
  }

  leave(): void {
    this.#visible = false;
  }

  /** Ends a check that is under way; nothing of it is shown any more. */
  end(): void {
    this.#over = true;
    this.leave();
    this.#running?.abort();
  }

  #runs(running: AbortController | null): void {
    this.#running = running;
    for (const begin of [this.#verify, this.#verifyAll]) begin.disabled = running !== null;
    for (const shown of [this.#stop, this.#bar, this.#far]) shown.hidden = running === null;
    this.#far.textContent = "";
    this.#bar.removeAttribute("value");
  }

  async #check(what: "tiles" | "archive"): Promise<void> {
    if (this.#running) return;
    const running = new AbortController();
    this.#runs(running);
    this.#result.replaceChildren();
    try {
      const [file] = this.#trustFile.files ?? [];
      const trust = file ? new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer()) : null;
      const text = this.#checkpoint.value;
      // Who pastes a text loses its last newline easily, and a note ends with one.
      const checkpoint = text.trim() === "" ? null : `${text.replaceAll("\r\n", "\n").replace(/\n*$/, "")}\n`;
      const watcher = {
        marked: (banner: string | null): void => {
          // What was asked for ahead may come after its check is over.
          if (this.#running !== running) return;
          this.#marking = banner;
          if (this.#visible) showBanner(banner);
        },
        went: (entries: number, of: number): void => {
          this.#bar.max = Math.max(of, 1);
          this.#bar.value = entries;
          this.#far.textContent = TEXT.checking(entries, of);
        },
      };
      const said =
        what === "tiles"
          ? this.#ofTiles(await checkTiles({ trust, checkpoint }, running.signal, watcher), trust !== null)
          : this.#said(await checkLog({ trust, checkpoint }, running.signal, watcher), trust !== null);
      if (!this.#over && !running.signal.aborted) this.#result.replaceChildren(...said);
    } catch (error) {
      if (this.#over) return;
      if (running.signal.aborted) this.#result.replaceChildren(element("p", {}, [TEXT.stopped]));
      else if (error instanceof FormatError) this.#result.replaceChildren(element("p", {}, [TEXT.notTrustFile]));
      else this.#refused(error);
    } finally {
      if (this.#running === running) this.#runs(null);
    }
  }

  #ofTiles({ report, checkpoint, seconds }: TilesChecked, ownTrust: boolean): readonly HTMLElement[] {
    const { signed, from, firstTime, lastTime, warnings } = report;
    const about = [line(TEXT.keyOf(report.origin, ownTrust)), line(TEXT.took(seconds))];
    if (!signed) return [element("h3", { class: "bad" }, [TEXT.notVerified]), this.#listed(report.findings), ...about];
    const { size } = signed;
    return [
      element("h3", { class: "good" }, [from === 0 ? TEXT.verified(size) : TEXT.grown(from, size - from)]),
      ...(firstTime === null || lastTime === null ? [] : [line(TEXT.times(firstTime, lastTime))]),
      line(TEXT.noSections),
      ...about,
      ...report.cannotExclude.map((sentence) => line(sentence.replace(" (--known)", ""))),
      ...(warnings.length === 0 ? [] : [this.#listed(warnings)]),
      ...(checkpoint === null ? [] : this.#keep(report.origin, size, checkpoint)),
    ];
  }

  #said({ report, checkpoint, seconds }: Checked, ownTrust: boolean): readonly HTMLElement[] {
    const { signed, knownSize, findings, warnings } = report;
    const about = [line(TEXT.keyOf(report.origin, ownTrust)), line(TEXT.took(seconds))];
    if (!signed)
      return [
        element("h3", { class: "bad" }, [TEXT.notVerified]),
        this.#listed(findings),
        line(TEXT.confirmed(report.confirmedSize)),
        ...about,
      ];
    const { size, firstTime, lastTime, sections } = signed;
    return [
      element("h3", { class: "good" }, [TEXT.verified(size)]),
      ...(knownSize === null ? [] : [line(TEXT.since(knownSize, size - knownSize))]),
      ...(firstTime === null || lastTime === null ? [] : [line(TEXT.times(firstTime, lastTime))]),
      line(TEXT.sections(sections.opened, sections.sealed, sections.absent)),
      ...about,
      // The option of the command means nothing here.
      ...report.cannotExclude.map((sentence) => line(sentence.replace(" (--known)", ""))),
      ...(warnings.length === 0 ? [] : [this.#listed(warnings)]),
      ...(checkpoint === null ? [] : this.#keep(report.origin, size, checkpoint)),
    ];
  }

  #listed(findings: readonly Finding<string>[]): HTMLElement {
    return element(
      "ul",
      { class: "findings" },
      findings.map(({ code, sentence }) => element("li", {}, [element("strong", {}, [code]), ` ${sentence}`])),
    );
  }

  /** A checkpoint holds origin, size, root and signature, and nothing that is marked. */
  #keep(origin: string, size: number, note: string): readonly HTMLElement[] {
    const name = `checkpoint-${origin.replaceAll(/[^A-Za-z0-9.-]/g, "-")}-${size}.txt`;
    const keep = button(TEXT.keepCheckpoint, () => {
      const address = URL.createObjectURL(new Blob([note], { type: "text/plain" }));
      element("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1_000);
    });
    return [
      element("pre", { tabindex: "0", "aria-label": TEXT.signedCheckpoint }, [note]),
      element("div", { class: "row" }, [keep]),
    ];
  }
}
