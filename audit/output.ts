import type { DeliveryReport } from "./core/verify-delivery.ts";
import type { LogReport } from "./core/log-report.ts";
import type { At, Finding } from "./core/verdict.ts";

/** Where a command writes. */
export interface Output {
  out(text: string): void;
  /** Standard error: progress and complaints. */
  err(text: string): void;
  readonly errIsTerminal: boolean;
}

/** The report of a log as lines of text; the first is the verdict. */
export function logText(report: LogReport, quiet: boolean): string {
  const { signed } = report;
  const verdict =
    signed !== null
      ? `VERIFIED: the log ${report.origin} is whole: ${countText(signed.size)} from the first on, as signed by its key.`
      : refusal(`the archive of the log ${report.origin}`, report.findings);
  if (quiet) return printable(verdict);
  const details =
    signed === null
      ? [`The first ${countText(report.confirmedSize)} lead to a root that the log's key has signed.`]
      : [
          `Signed root at size ${signed.size}: ${signed.root}`,
          `Chain value of the last of them: ${signed.chain}`,
          `Times: ${signed.firstTime ?? "none"} to ${signed.lastTime ?? "none"}, as the log's writers gave them`,
          `Sections: ${signed.sections.opened} opened and matching, ${signed.sections.sealed} withheld, sealed and undamaged, ${signed.sections.absent} unused or not in the archive`,
        ];
  const excluded = report.verified ? report.cannotExclude : [];
  return printable(
    [verdict, ...listed(report.findings), ...listed(report.warnings, "warning "), ...details, ...excluded].join("\n"),
  );
}

/** The report of a delivery as lines of text; the first is the verdict. */
export function deliveryText(report: DeliveryReport, quiet: boolean): string {
  const { delivery } = report;
  if (delivery === null) {
    const verdict = refusal("the delivery", report.findings);
    return printable(quiet ? verdict : [verdict, ...listed(report.findings)].join("\n"));
  }
  const { manifest, release, approvers } = delivery;
  const verdict = `VERIFIED: delivery ${manifest.deliveryId} is what two people approved and the recipient's log releases; its CMS signature is left to openssl.`;
  if (quiet) return printable(verdict);
  const { recipient } = manifest;
  return printable(
    [
      verdict,
      `Marking: ${manifest.marking.banner}`,
      `Recipient: ${recipient.name}, ${recipient.organization}, ${recipient.country} (${recipient.id})`,
      `Dataset: ${manifest.dataset}, version ${manifest.versionDigest}; ${manifest.counts.images} images, ${manifest.counts.labels} labels, ${manifest.files.length} files`,
      `Requested by ${manifest.requester} at ${manifest.requestedAt} for: ${manifest.purpose}`,
      `Approved by ${approvers.join(" and ")}; policy ${manifest.policyVersion}, register ${manifest.registerVersion}`,
      `Release: entry ${release.index} of ${release.origin} at ${release.time}, proven at signed size ${release.size}`,
      report.notChecked,
      "In the unpacked package, with CA.pem from `caveat-audit trust certificates TRUST > CA.pem`:",
      `  ${report.cmsCommand}`,
    ].join("\n"),
  );
}

/** Control and formatting characters written out, so that no input can move the reader's cursor or hide text. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\n]|[\u2028\u2029]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Shows progress on standard error once the work has taken a second: on a terminal in place, else a line every few seconds. */
export class Progress {
  readonly #output: Output;
  readonly #enabled: boolean;
  readonly #started = Date.now();
  #last = 0;
  #shown = false;

  constructor(output: Output, enabled: boolean) {
    this.#output = output;
    this.#enabled = enabled;
  }

  show(count: number, what: string, bytes: number): void {
    const now = Date.now();
    const pause = this.#output.errIsTerminal ? 250 : 5_000;
    if (!this.#enabled || now - this.#started < 1_000 || now - this.#last < pause) return;
    this.#last = now;
    this.#shown = true;
    const text = `${count} ${what}, ${(bytes / 1_048_576).toFixed(1)} MiB`;
    this.#output.err(this.#output.errIsTerminal ? `\r${text}   ` : `${text}\n`);
  }

  end(): void {
    if (this.#shown && this.#output.errIsTerminal) this.#output.err("\n");
  }
}

/** A verdict that refuses, with the first finding. */
export function refusal(what: string, findings: readonly Finding<string>[]): string {
  const [first] = findings;
  const more = findings.length > 1 ? ` There are ${findings.length} findings in all.` : "";
  return `REFUSED: ${what} does not verify. ${first?.sentence ?? "It could not be read to its end."}${more}`;
}

/** Findings as lines. */
export function listed(findings: readonly Finding<string>[], prefix = ""): readonly string[] {
  return findings.map((finding) => `  ${prefix}${finding.code} ${placeText(finding.at)}: ${finding.sentence}`);
}

function placeText(at: At): string {
  switch (at.what) {
    case "input":
      return "in the input";
    case "line":
      return `at line ${at.line}`;
    case "entry":
      return `at entry ${at.index}`;
    case "entries":
      return `at entries ${at.first} to ${at.last}`;
    case "section":
      return `at entry ${at.index}, section ${at.slot}`;
    case "checkpoint":
      return `at the checkpoint on line ${at.line}`;
    case "known":
      return "at the kept checkpoint";
    case "file":
      return `at ${JSON.stringify(at.path)}`;
  }
}

function countText(count: number): string {
  return count === 1 ? "1 entry" : `${count} entries`;
}
