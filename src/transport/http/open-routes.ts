import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { JSON_TYPE, PAGE_POLICY } from "../public-answer.ts";
import { refuse } from "./answering.ts";
import { filledPage } from "./first-page.ts";
import type { Catalogue } from "./first-page.ts";
import type { ServerParts } from "./parts.ts";

const READY_MILLISECONDS = 1_000;

/** Asks at most once a second, whoever asks how often: readiness is open to anybody. */
function seldom(ask: () => Promise<boolean>): () => Promise<boolean> {
  let asked = -Infinity;
  let answer: Promise<boolean> = Promise.resolve(false);
  return () => {
    if (performance.now() - asked >= READY_MILLISECONDS) {
      asked = performance.now();
      answer = ask().catch(() => false);
    }
    return answer;
  };
}

function fixed(app: FastifyInstance, path: string, type: string, body: Buffer): void {
  app.get(path, (_request, reply) => reply.header("content-security-policy", PAGE_POLICY).type(type).send(body));
}

/** The workbench: a page of this server's own files, the same for everybody; what it shows it asks for in somebody's session. */
async function workbench(app: FastifyInstance, folder: string): Promise<void> {
  for (const [path, type, name] of [
    ["/workbench", "text/html; charset=utf-8", "index.html"],
    ["/workbench.css", "text/css; charset=utf-8", "workbench.css"],
    ["/workbench.js", "text/javascript; charset=utf-8", "workbench.js"],
  ] as const)
    fixed(app, path, type, await readFile(join(folder, name)));
}

/**
 * Serves what is open to anybody and answers without an entry: health, readiness and the files of the landing page, read
 * once at the start. Production has a plain statement only.
 */
export async function openRoutes(app: FastifyInstance, { mode, ready, landing }: ServerParts): Promise<void> {
  const isReady = seldom(ready);
  const well = Buffer.from('{"status":"ok"}');
  app.get("/healthz", (_request, reply) => reply.type(JSON_TYPE).send(well));
  app.get("/readyz", async (_request, reply) =>
    (await isReady()) ? reply.type(JSON_TYPE).send(well) : refuse(reply, "UNAVAILABLE"),
  );
  if (landing.workbench !== null) await workbench(app, landing.workbench);
  const file = (name: string): Promise<Buffer> => readFile(join(landing.folder, name));
  const catalogue = JSON.parse(
    await readFile(join(landing.folder, "..", "workbench", "text", "first-page.json"), "utf8"),
  ) as Catalogue;
  const page = async (name: string): Promise<Buffer> =>
    Buffer.from(filledPage((await file(name)).toString(), catalogue));
  fixed(app, "/landing.css", "text/css; charset=utf-8", await file("landing.css"));
  if (mode === "production") {
    fixed(app, "/", "text/html; charset=utf-8", await page("production.html"));
    return;
  }
  fixed(app, "/", "text/html; charset=utf-8", await page("demonstration.html"));
  fixed(app, "/landing.js", "text/javascript; charset=utf-8", await file("landing.js"));
  const facts = JSON.stringify({ people: landing.people, tokenCommand: landing.tokenCommand });
  fixed(app, "/demonstration.json", JSON_TYPE, Buffer.from(facts));
}
