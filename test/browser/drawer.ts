import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { RunningServer } from "../server/running-server.ts";
import { client } from "./drawing-project.ts";
import { heldIn } from "./kept-on-machine.ts";
import { enterWorkbench } from "./workbench-page.ts";

interface Draft {
  readonly drawn: readonly { readonly classKey: string; readonly shape: object }[];
}

/** A page of the workbench on which somebody draws. */
export class Drawer {
  readonly page: Page;
  /** The last draft that was sent, whether or not it came through. */
  body = "";
  taskId = "";

  constructor(page: Page) {
    this.page = page;
    page.on("request", (request) => {
      const said = request.postData() ?? "";
      if (!said.includes("taskDraftSave")) return;
      const { input } = (JSON.parse(said) as { variables: { input: { taskId: string; body: object } } }).variables;
      [this.body, this.taskId] = [JSON.stringify(input.body), input.taskId];
    });
  }

  async take(project: string): Promise<void> {
    await this.page.getByRole("button", { name: `Label: ${project}` }).click();
    const question = this.page.getByRole("dialog");
    await this.page.locator("canvas").or(question).first().waitFor();
    if (await question.isVisible()) await this.page.getByRole("button", { name: "Go on" }).click();
    await expect
      .poll(() => this.page.evaluate("document.activeElement?.localName"), { timeout: 30_000 })
      .toBe("canvas");
  }

  /** One box more, by keyboard alone; each begins where the one before ended. */
  async draw(): Promise<void> {
    const before = (await this.shapes()).length;
    await this.page.locator("canvas").focus();
    for (const key of ["b", "2", "Enter", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"])
      await this.page.keyboard.press(key);
    await expect.poll(async () => (await this.shapes()).length).toBe(before + 1);
  }

  shapes(): Promise<string[]> {
    return this.page.locator(".shapes button").allTextContents();
  }

  /** Waits until what is drawn is kept there. */
  async is(where: "server" | "machine" | "nowhere"): Promise<void> {
    await this.page.locator(`.kept [data-where="${where}"]`).waitFor({ timeout: 30_000 });
  }

  note(): Promise<string[]> {
    return this.page.locator(".kept [role=note]").allTextContents();
  }

  /** From now on nothing reaches the server. */
  async cut(): Promise<void> {
    await this.page.context().route("**/graphql", (route) => route.abort());
  }

  /** Closes the page, as a machine does that loses its power; the server is there again. */
  async lose(): Promise<void> {
    const context = this.page.context();
    await this.page.close();
    await context.unroute("**/graphql");
  }
}

/** One server and one browser, and who draws there: at whichever machine, in whichever session. */
export class Machines {
  readonly server: RunningServer;
  readonly browser: Browser;

  constructor(server: RunningServer, browser: Browser) {
    this.server = server;
    this.browser = browser;
  }

  /** Somebody at a machine of his own. */
  async enter(name: string, level = "SECRET"): Promise<Drawer> {
    return new Drawer((await enterWorkbench(this.browser, this.server.url, name, level)).page);
  }

  /** Another page of the same browser, in the session that is there. */
  async again({ page }: Drawer): Promise<Drawer> {
    const next = await page.context().newPage();
    await next.goto(`${this.server.url}/workbench`);
    await next.getByRole("heading", { name: "Projects" }).waitFor();
    return new Drawer(next);
  }

  /** The same browser, with somebody signed in at its first page, whoever was before. */
  async signIn(drawer: Drawer, name: string, level = "SECRET"): Promise<Drawer> {
    const page = await drawer.page.context().newPage();
    await page.goto(this.server.url);
    await page.getByLabel("Level of the session").selectOption({ label: level });
    const answered = page.waitForResponse((response) => response.url().endsWith("/session"));
    await page.getByRole("button", { name: `Sign in as ${name}` }).click();
    await answered;
    await page.getByRole("link", { name: "To the workbench" }).click();
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    return new Drawer(page);
  }

  /** What the server has of somebody, asked by his own token. */
  async drawnAt(handle: string, taskId: string): Promise<number> {
    const asked = `{ task(id: "${taskId}") { draft { body } } }`;
    const api = await client(this.server, handle);
    const { data } = await api.graphql<{ task: { draft: { body: Draft } | null } | null }>(asked);
    return data.task?.draft?.body.drawn.length ?? 0;
  }
}

/** Records in the browser of whoever draws. */
export const records = async ({ page }: Drawer): Promise<number> => (await heldIn(page)).records;

/** Somebody draws one box that the server has, and one that it has not; then his machine is off. Returns the task's id. */
export async function lost(drawer: Drawer, project: string): Promise<string> {
  await drawer.take(project);
  await drawer.draw();
  await drawer.is("server");
  const { taskId } = drawer;
  await drawer.cut();
  await drawer.draw();
  await drawer.is("machine");
  await drawer.lose();
  return taskId;
}
