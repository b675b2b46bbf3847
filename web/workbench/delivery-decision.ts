import { Refused } from "./api.ts";
import type { Act, Mutation, Payload, Unkeyed } from "./api.ts";
import { Acts } from "./acts.ts";
import type { Surrounded } from "./delivery-data.ts";
import { storedId } from "./delivery-manifest.ts";
import type { Examined } from "./delivery-manifest.ts";
import { hashOf, moment, whoIs } from "./delivery-parts.ts";
import { ask, button, element, say } from "./dom.ts";
import { DELIVERY_APPROVE, DELIVERY_HOLD_LIFT, DELIVERY_RELEASE } from "./generated/delivery.ts";
import type { Standing, Worker } from "./generated/delivery.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.delivery;
/** Digits of the hash on the button that approves it. */
const FIRST = 12;

/** What the decision needs to know of what was read. */
export interface Read {
  readonly viewer: Worker;
  readonly examined: Examined;
  readonly standing: Standing;
  readonly dataset: Surrounded["dataset"];
}

/** What follows an act, or a refusal. */
export interface AfterAct {
  readonly done: () => Promise<void>;
  readonly again: () => void;
  readonly refused: (error: unknown) => void;
}

/** The decision about a delivery, with the hash that it is about always in view; and what comes of it. */
export class Decision {
  readonly shown = element("section", { class: "decision", tabindex: "-1", "aria-label": SAID.standing });
  readonly #then: AfterAct;
  readonly #acts = new Acts();
  readonly #state = element("p", { "aria-live": "polite", class: "state" });
  readonly #below = element("div");
  readonly #result = element("div", { role: "alert", class: "result" });
  #over = false;

  constructor(then: AfterAct) {
    this.#then = then;
    this.shown.append(element("h2", {}, [SAID.standing]), this.#state, this.#result, this.#below);
  }

  end(): void {
    this.#over = true;
  }

  /** Shows how it stands now, and what its viewer can do. */
  show(read: Read): void {
    const { standing, examined } = read;
    const steps = SAID.steps(standing.approvals.length, standing.state === "RELEASED");
    if (this.#state.textContent !== steps) this.#state.textContent = steps;
    const inside = this.#below.contains(document.activeElement);
    this.#below.replaceChildren(
      ...standing.approvals.map(({ approverId, approvedAt }) =>
        element("p", {}, [SAID.approvedBy(whoIs(approverId, read.viewer), moment(approvedAt))]),
      ),
      ...this.#hash(standing, examined),
      ...this.#holds(read),
      ...this.#approval(read),
      ...this.#release(read),
      ...this.#fetching(read),
    );
    // What had the keyboard is not there any more: it stays where it was.
    if (inside && !this.#below.contains(document.activeElement)) this.shown.focus();
  }

  #hash({ manifestSha384 }: Standing, { digest, bytes, faults }: Examined): readonly HTMLElement[] {
    const line = (text: string): HTMLElement => element("p", {}, [text]);
    const same = digest === manifestSha384;
    return [
      element("h3", {}, [SAID.hash]),
      ...(digest === null ? [] : same ? [] : [line(SAID.hashOf), hashOf(digest)]),
      ...(same ? [] : [line(SAID.hashNamed)]),
      hashOf(manifestSha384),
      ...(same ? [element("p", { class: "good" }, [SAID.hashSame(bytes)])] : []),
      ...faults.map((fault) => element("p", { class: "bad" }, [SAID.faults[fault]])),
    ];
  }

  #holds({ standing, viewer, examined, dataset }: Read): readonly HTMLElement[] {
    if (standing.holds.length === 0) return [];
    const reasons = new Map(
      [...(dataset?.compilations ?? []), ...(dataset?.compilationRules ?? [])].map(({ id, reason }) => [id, reason]),
    );
    const approves = mayDecide(standing, viewer) && standing.state !== "RELEASED" && examined.faults.length === 0;
    return [
      element("h3", {}, [SAID.held]),
      element(
        "ul",
        { class: "holds" },
        standing.holds.map(({ id, marking, liftedBy }) =>
          element("li", {}, [
            element("span", { dir: "auto" }, [SAID.hold(marking.portion, reasons.get(id) ?? "", liftedBy.length)]),
            ...(liftedBy.includes(viewer.id)
              ? [element("span", { class: "good" }, [SAID.liftedByYou])]
              : approves
                ? [button(SAID.lift, () => void this.#lift(standing.id, id, examined.digest ?? ""))]
                : []),
          ]),
        ),
      ),
    ];
  }

  #approval({ standing, viewer, examined }: Read): readonly HTMLElement[] {
    if (standing.state === "RELEASED") return [];
    const why = (text: string): readonly HTMLElement[] => [element("p", {}, [text])];
    if (standing.requesterId === viewer.id) return why(SAID.own);
    if (!mayDecide(standing, viewer)) return why(SAID.notApprover);
    if (examined.faults.length > 0) return [button(SAID.readAgain, () => this.#then.again(), { class: "main" })];
    if (standing.approvals.some(({ approverId }) => approverId === viewer.id)) return why(SAID.alreadyApproved);
    if (standing.holds.some(({ liftedBy }) => !liftedBy.includes(viewer.id))) return why(SAID.liftFirst);
    const manifestSha384 = examined.digest ?? "";
    return [
      element("p", { class: "quiet", id: "approve-help" }, [SAID.approveHelp]),
      button(
        SAID.approve(manifestSha384.slice(0, FIRST)),
        () => void this.#act(DELIVERY_APPROVE, { deliveryId: standing.id, manifestSha384 }, SAID.approved),
        { class: "main", "aria-describedby": "approve-help" },
      ),
    ];
  }

  #release({ standing, viewer }: Read): readonly HTMLElement[] {
    if (standing.state !== "APPROVED" || !mayDecide(standing, viewer)) return [];
    return [
      element("p", { class: "quiet" }, [SAID.releaseHelp]),
      button(SAID.release, () => void this.#act(DELIVERY_RELEASE, { deliveryId: standing.id }, SAID.released), {
        class: "main",
      }),
    ];
  }

  #fetching({ standing, viewer }: Read): readonly HTMLElement[] {
    if (standing.state !== "RELEASED") return [];
    const path = `/deliveries/${standing.id}/package`;
    const file = `delivery-${storedId(standing.id)}.tar`;
    const command = (name: string, text: string): HTMLElement =>
      element("pre", { tabindex: "0", "aria-label": name, class: "whole" }, [text]);
    return [
      ...(viewer.roles.includes("program-officer") && standing.packageUrl === path
        ? [
            element("p", {}, [element("a", { href: path, download: file, class: "main" }, [SAID.fetch])]),
            element("p", { class: "quiet" }, [SAID.fetchHelp]),
          ]
        : [element("p", {}, [SAID.othersFetch])]),
      element("h3", {}, [SAID.verify]),
      element("p", { class: "quiet" }, [SAID.verifyHelp]),
      command(SAID.verify, `npm run -s caveat-audit -- verify delivery ${file} --trust trust.json`),
      element("p", { class: "quiet" }, [SAID.verifyCms]),
      command(
        SAID.verifyCms,
        "openssl cms -verify -binary -inform DER -in proof/manifest.cms -content manifest.json -CAfile CA.pem -out /dev/null",
      ),
    ];
  }

  async #lift(deliveryId: string, holdId: string, manifestSha384: string): Promise<void> {
    const reason = await ask(SAID.liftReason, true, TEXT.ok, TEXT.cancel);
    if (reason === null || this.#over) return;
    await this.#act(DELIVERY_HOLD_LIFT, { deliveryId, holdId, manifestSha384, reason }, SAID.lifted);
  }

  /** Does something about it, and shows what came of it; a refusal stays on the screen, beside what it is about. */
  async #act<Input extends Act>(
    operation: Mutation<Payload, Input>,
    input: NoInfer<Unkeyed<Input>>,
    said: string,
  ): Promise<void> {
    if (this.#over) return;
    this.#result.replaceChildren();
    say("");
    try {
      if ((await this.#acts.once(operation, input)) === null || this.#over) return;
      say(said);
    } catch (error) {
      if (this.#over) return;
      if (!(error instanceof Refused) || error.code === "UNAUTHENTICATED") return this.#then.refused(error);
      const text = error.code === "NO_ANSWER" ? TEXT.noAnswer : SAID.refused(error.code, error.message);
      this.#result.replaceChildren(element("p", { class: "bad" }, [text]));
    }
    await this.#then.done();
  }
}

/** Whether somebody is there to approve and release it: the server decides it anew at each act. */
const mayDecide = (standing: Standing, viewer: Worker): boolean =>
  viewer.roles.includes("approver") && standing.requesterId !== viewer.id;
