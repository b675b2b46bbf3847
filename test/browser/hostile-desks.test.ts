import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ApiClient } from "../../src/tour/api-client.ts";
import { sendNitf } from "../nitf/send-nitf.ts";
import { outsideProgram } from "../outside-programs.ts";
import { endEverything, startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { makeSteward } from "../server/second-steward.ts";
import { tokenOf } from "../server/tokens.ts";
import { startChromium } from "./chromium.ts";
import { COALITION, HARBOR, MARITIME, fill, send } from "./delivery-desk.ts";
import { client, makeProject } from "./drawing-project.ts";
import { BOX, act, handedIn, leased } from "./handed-in.ts";
import { Tokens } from "./hostile-answers.ts";
import { begin, intercept, sweep } from "./hostile-sweep.ts";
import type { Step } from "./hostile-sweep.ts";
import { STRINGS, attacked, clean } from "./hostile.ts";
import type { Attacked, Body } from "./hostile.ts";
import { enterWorkbench } from "./workbench-page.ts";

const { skip } = outsideProgram("chromium");
const S = "SECRET//NOFORN";
const NOFORN = { clas: "S", clsy: "US", ctlh: "NF" };
/** From whatever screen is there to the list of projects. */
const LEAVE = `if (document.querySelector("dialog[open]")) await named("Leave it");
  if (document.querySelector(".history")) await named("Back to the task");
  await named("Back to projects");
  await until(() => document.querySelector(".projects"), "projects");`;
/** Elements that desks have beside those of every screen. */
const OF_DESKS = "h3 table caption thead tbody tr th td dl dt dd article bdi progress pre code wbr svg rect";

const listed = (fields: string): readonly string[] => fields.split(/,\s+/);

interface Guided {
  readonly project?: { readonly guidelines: unknown[] };
  readonly lease?: { lastsUntil: string } | null;
}

/** Gives the project of a task guidelines, and the task a lease that does not end at another minute whenever it is asked for. */
const guided = (task?: Guided): void => {
  task?.project?.guidelines.push({ version: 1, body: "draw what floats", marking: { portion: "(S)" } });
  if (task?.lease) task.lease.lastsUntil = "2099-01-01T10:00:00Z";
};

describe.skipIf(skip)(
  `each of ${STRINGS.length} strings, in every text of every answer, is shown as it is and becomes nothing else`,
  () => {
    let server: RunningServer;
    let browser: Browser;
    let sam: ApiClient;
    let ana: ApiClient;
    let rita: ApiClient;

    beforeAll(async () => {
      [server, browser] = await Promise.all([startServer(), startChromium()]);
      vi.stubEnv("CAVEAT_STATE", server.state);
      await makeSteward(server, "rita");
      [sam, ana, rita] = await Promise.all([client(server, "sam"), client(server, "ana"), client(server, "rita")]);
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await browser?.close();
      await endEverything();
    });

    const enter = async (name: string, level = "SECRET"): Promise<Attacked> =>
      attacked(await enterWorkbench(browser, server.url, name, level));
    /** Goes through screens with the corpus in all texts of all answers, and compares everything that they show. */
    const swept = async (
      { page }: Attacked,
      tokens: Tokens,
      steps: readonly Step[],
      each = true,
    ): Promise<readonly string[]> => {
      // What comes for the first time may come in another order.
      await begin(page, steps);
      const templates = await begin(page, steps);
      expect(tokens.given.length).toBeLessThan(STRINGS.length);
      const found = await sweep(page, steps, tokens, templates, { each });
      expect([found.faults, found.asked]).toEqual([[], []]);
      expect([found.compared, found.used]).toEqual([found.rounds * steps.length, STRINGS.length]);
      return tokens.fieldsOf(found.shown);
    };
    /** All that was asked for had texts in it but these fields, and these were shown among others. */
    const complete = async (
      watched: Attacked,
      tokens: Tokens,
      shown: readonly string[],
      all: readonly string[],
      none: readonly string[] = [],
    ): Promise<void> => {
      expect(tokens.missing).toEqual(none);
      expect(shown).toEqual(expect.arrayContaining([...all]));
      await clean(watched, server.url, OF_DESKS);
    };

    test("on the lead's screen", async () => {
      await handedIn(sam, ana, "Led");
      const watched = await enter("Sam Steward");
      const tokens = new Tokens();
      await intercept(watched.page, tokens, ({ data }) => {
        const { work } =
          (data as { project?: { work: { at: string; people: unknown[]; waiting: unknown[]; held: unknown[] } } })
            .project ?? {};
        if (!work) return;
        // How long something waits is told in minutes, and they pass.
        work.at = "2026-01-01T12:00:00Z";
        work.waiting = [{ stage: "LABEL", tasks: 2, since: "2026-01-01T10:00:00Z" }];
        work.people.push({
          handle: "nobody",
          handedIn: 3,
          refused: 1,
          waiting: 1,
          putBack: 0,
          judged: 2,
          activeMs: 60_000,
        });
        work.held.push({
          handle: "nobody else",
          stage: "LABEL",
          since: "2026-01-01T10:00:00Z",
          lastsUntil: "2026-01-01T11:00:00Z",
          asset: { title: "an image", marking: { portion: "(S)" } },
        });
      });
      await watched.page.getByRole("button", { name: "How the work goes" }).click();
      const steps: Step[] = [
        ["projects", LEAVE],
        ["lead", `await named("How the work goes");`],
      ];
      const shown = await swept(watched, tokens, steps);
      await complete(
        watched,
        tokens,
        shown,
        listed(`ProjectPersonWork.handle, ProjectHeldTask.handle, ProjectDayWork.day, Project.name, Marking.portion,
        Asset.title, Dataset.name, Viewer.handle, Viewer.sessionLevel, banner of the answer`),
      );

      // What would have become an element, or another text, is noticed.
      const { page } = watched;
      for (const [spoiled, seen] of [
        [`one.includes("<img") ? [one, document.createElement("img")] : [one]`, `["img",["text",""]]`],
        [`[one.replace("&lt;", "<")]`, `<img src=x onerror=alert(1)&gt;`],
      ] as const) {
        await page.evaluate(`{
        window.append ??= Element.prototype.append;
        Element.prototype.append = function (...all) {
          append.apply(this, all.flatMap((one) => (typeof one === "string" ? ${spoiled} : [one])));
        };
      }`);
        const templates = await begin(page, steps);
        const { faults } = await sweep(page, steps, tokens, templates, { patience: 200 });
        expect(faults.flatMap(({ has }) => has).join("\n")).toContain(seen);
        await page.evaluate(`document.querySelector("main").prepend(document.createElement("img"))`);
        await expect(clean(watched, server.url, OF_DESKS)).rejects.toThrow(/img/);
      }
    });

    test("in quarantine", async () => {
      const image = { ...NOFORN, code: "QZ", cltx: "as its neighbor", rel: "ZZ" };
      const token = await tokenOf(server.state, "sam");
      await sendNitf(server, token, { title: "north", fields: { header: NOFORN, image }, marking: S });
      const watched = await enter("Rita Reviewer");
      const tokens = new Tokens();
      await intercept(watched.page, tokens);
      await watched.page.getByRole("button", { name: "Quarantine" }).click();
      const steps: Step[] = [
        [
          "queue",
          `${LEAVE} await named("Quarantine"); await until(() => document.querySelector("article"), "a card");`,
        ],
        [
          "question",
          `for (const field of ["marking", "reason"]) await type("input[id^=quarantine-" + field + "]", field);
        await press("article .row button");`,
        ],
      ];
      const shown = await swept(watched, tokens, steps);
      await complete(
        watched,
        tokens,
        shown,
        listed(`AssetQuarantineGroup.classification, AssetQuarantineGroup.system, AssetQuarantineGroup.codewords,
        AssetQuarantineGroup.handling, AssetQuarantineGroup.release, AssetQuarantineGroup.text, AssetQuarantineGroup.places,
        AssetQuarantineGroup.findings, AssetQuarantine.findings, AssetQuarantine.declared, Asset.title, Dataset.name,
        Program.name, Marking.banner, Marking.portion, banner of the answer`),
      );
    });

    test("on the steward's desk", async () => {
      await makeProject(sam, "Loaded", 1);
      const watched = await enter("Sam Steward");
      const { page } = watched;
      const tokens = new Tokens();
      await intercept(page, tokens);
      await page.getByRole("button", { name: "Load images" }).click();
      const png =
        (await page.evaluate(`new OffscreenCanvas(64, 48).getContext("2d").canvas.convertToBlob({ type: "image/png" })
      .then((blob) => blob.arrayBuffer()).then((bytes) => [...new Uint8Array(bytes)])`)) as number[];
      const desk: Step = [
        "desk",
        `${LEAVE} await named("Load images"); await until(() => document.querySelector("#steward-files:enabled"), "files");`,
      ];
      const loaded: Step = [
        "loaded",
        `const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(${JSON.stringify(png)})], "pier.png", { type: "image/png" }));
      document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      await named("Load 1 file");
      await until(() => document.querySelector("tbody tr[data-state=there], tbody tr[data-state=loaded]"), "what was loaded");`,
      ];
      const shown = [
        ...(await swept(watched, tokens, [desk])),
        ...(await swept(watched, tokens, [desk, loaded], false)),
      ];
      await complete(
        watched,
        tokens,
        shown,
        ["Program.name", "Dataset.name", "Project.name", "Marking.portion", "banner of the answer"],
        // Nothing that it does is refused here, and of refusals it says the code.
        ["UserError.message"],
      );
    });

    test("on the delivery desk", async () => {
      const watched = await enter("Petra Program", "TOP SECRET");
      const { page } = watched;
      await page.getByRole("button", { name: "Deliveries" }).click();
      await fill(page, "Training", new RegExp(MARITIME));
      await send(page);
      await page.reload();
      await page.getByRole("button", { name: "Deliveries" }).click();
      await page.getByRole("button", { name: "Request a delivery" }).click();
      await page.getByLabel("Purpose").waitFor();
      const offices = await page.getByLabel("Recipient").locator("option").allTextContents();
      const refused = offices.findIndex((text) => text.startsWith(COALITION));
      const datasets = await page.getByLabel("Dataset").locator("option").allTextContents();
      await page.getByRole("button", { name: "Back to deliveries" }).click();
      const tokens = new Tokens({ kinds: true });
      await intercept(page, tokens, (body) => {
        const { delivery, dataset } = (body.data ?? {}) as {
          delivery?: { holds: unknown[] };
          dataset?: { compilations?: unknown[]; compilationRules?: unknown[] };
        };
        if (!delivery?.holds) return;
        delivery.holds.push(...["a", "b"].map((id) => ({ id, marking: { portion: "(S)" }, liftedBy: [] })));
        dataset?.compilations?.push({ id: "a", reason: "together they show a pattern" });
        dataset?.compilationRules?.push({ id: "b", reason: "two of them name the place" });
      });
      const steps: Step[] = [
        [
          "list",
          `const back = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Back to deliveries");
        await named(back ? "Back to deliveries" : "Refresh");
        await until(() => document.querySelector(".deliveries"), "deliveries");`,
        ],
        [
          "examined",
          `await press(".deliveries button"); await until(() => document.querySelector(".samples .shapes li"), "labels of a sample");`,
        ],
        [
          "request",
          `await named("Back to deliveries");
        await named("Request a delivery");
        await type("#purpose", "Exercise");
        document.querySelector("#recipient").selectedIndex = ${refused};
        document.querySelector("#dataset").selectedIndex = ${datasets.indexOf(HARBOR)};`,
        ],
        ["frozen", `await named("See what would be frozen");`],
        [
          "refused",
          `await named("Send the request");
        await until(() => document.querySelector(".findings, dialog[open]"), "findings or a question");
        if (document.querySelector("dialog[open]")) await named("Go on");
        await until(() => document.querySelector(".findings"), "findings");`,
        ],
      ];
      const shown = await swept(watched, tokens, steps);
      await complete(
        watched,
        tokens,
        shown,
        listed(`Delivery.purpose, Recipient.name, Recipient.organization, Recipient.country, Program.name,
        Dataset.name, Dataset.contentMarking, Asset.title, OntologyClass.key, Label.origin, kind of a shape,
        Compilation.reason, CompilationRule.reason, UserError.message, Viewer.sessionLevel, Marking.banner,
        Marking.portion, banner of the answer`),
        // Nobody has judged a label of a sample; it decides what is part of a delivery, and is shown nowhere.
        ["LabelReview.verdict"],
      );
    });

    /** From the list of projects into one of them, by its place there: its name is another one each time. */
    const into = (n: number, last: boolean): string =>
      `${LEAVE} (await until(() => document.querySelectorAll(".projects > li")[${n}], "the project")).querySelector("button:${last ? "last" : "first"}-of-type").click();
    await until(() => document.querySelector(".work"), "the task");`;
    const placeOf = async (page: Page, name: string): Promise<number> =>
      (await page.locator(".projects h2").allTextContents()).findIndex((text) => text.endsWith(` ${name}`));

    test("where labels are judged, and in the history of one", async () => {
      await handedIn(sam, ana, "Judged");
      const watched = await enter("Rita Reviewer");
      const { page } = watched;
      const n = await placeOf(page, "Judged");
      const tokens = new Tokens();
      await intercept(page, tokens, (body: Body) => {
        const { label, task } = (body.data ?? {}) as {
          label?: { revisions: { id: string }[]; reviews: unknown[] };
          task?: Guided & { opinions?: object[] };
        };
        const [revision] = label?.revisions ?? [];
        const common = { createdAt: "2026-01-01T10:00:00Z", marking: { portion: "(S)" } };
        label?.reviews.push({
          ...common,
          revisionId: revision?.id,
          verdict: "reject",
          comment: "too wide",
          reviewerId: "x",
        });
        const [opinion] = task?.opinions ?? [];
        if (opinion) task?.opinions?.push({ ...structuredClone(opinion), id: "other", comment: "nothing to be said" });
        guided(task);
      });
      await page.locator(".projects > li").nth(n).getByRole("button").last().click();
      await page.locator(".work").waitFor();
      const steps: Step[] = [
        ["task", into(n, true)],
        [
          "attributes",
          `await press(".labels .shapes button"); await until(() => document.querySelector(".attributes label"), "attributes");`,
        ],
      ];
      const told: Step = [
        "history",
        `if (document.querySelector(".history")) await named("Back to the task");
      await named("History");
      await until(() => document.querySelector(".revisions > li"), "revisions");`,
      ];
      const shown = [...(await swept(watched, tokens, steps, false)), ...(await swept(watched, tokens, [told]))];
      await complete(
        watched,
        tokens,
        shown,
        listed(`TaskAct.comment, Asset.title, OntologyClass.name, Guideline.body,
        key of an attribute, value of an attribute, LabelRevision.kind, LabelReview.comment, Marking.portion,
        banner of the answer`),
        // Whoever judges is not told what was sent back, and nothing that he does is refused here.
        ["TaskPin.text", "UserError.message"],
      );
    });

    test("where labels are drawn that were sent back, with proposals of a model", async () => {
      const { assetId, projectId } = await handedIn(sam, ana, "Sent back");
      const pins = [{ x: 10, y: 10, text: "a tug is missing here" }];
      const held = await leased(rita, projectId, "REVIEW");
      await act(rita, "taskReview", "task { id }", { ...held, verdict: "REJECT", comment: "two are missing", pins });
      await act(sam, "labelsImport", "labelIds", { assetId, labels: [{ classKey: "wake", shape: BOX, score: 0.9 }] });
      const watched = await enter("Ana Analyst");
      const { page } = watched;
      const n = await placeOf(page, "Sent back");
      const tokens = new Tokens();
      await intercept(page, tokens, ({ data }) => guided((data as { task?: Guided }).task));
      await page.locator(".projects > li").nth(n).getByRole("button").first().click();
      await page.locator(".work").waitFor();
      await complete(
        watched,
        tokens,
        await swept(watched, tokens, [["task", into(n, false)]], false),
        listed(`TaskAct.comment, TaskPin.text, Asset.title, OntologyClass.name, Guideline.body,
        Marking.portion, banner of the answer`),
        // Nothing that he does is refused here.
        ["UserError.message"],
      );
    });
  },
);
