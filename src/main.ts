import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import type { Logger } from "pino";
import { openHouse } from "./composition/house.ts";
import type { House } from "./composition/house.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { drawDemonstration, loadDemonstration } from "./demonstration/load.ts";
import { PEOPLE } from "./demonstration/people.ts";
import { packageRoot } from "./storage/package-root.ts";
import type { ServerParts } from "./transport/http/parts.ts";
import { buildServer } from "./transport/http/server.ts";

const DRAIN_MS = 10_000;

/** A server that listens, and how to end it in order. */
export interface RunningServer {
  readonly house: House;
  readonly url: string;
  /** Answers what is under way, writes the shutdown entry, signs; false when connections had to be cut after 10 s. */
  readonly stop: () => Promise<boolean>;
}

/** Opens the house, loads the demonstration where there is nothing yet, and listens on 127.0.0.1. */
export async function runServer(config: Config, log: Logger): Promise<RunningServer> {
  await mkdir(config.stateFolder, { recursive: true, mode: 0o700 });
  // Where no demonstration was loaded yet, its scenes are drawn while the database starts.
  const fresh = config.mode === "demonstration" && !existsSync(join(config.stateFolder, "people.json"));
  const drawing = fresh ? drawDemonstration() : null;
  drawing?.catch(() => undefined);
  const house = await openHouse(config, { log: (line) => log.debug({ postgres: line.slice(0, 200) }) });
  try {
    await rm(house.workFolder, { recursive: true, force: true });
    await mkdir(house.workFolder, { recursive: true, mode: 0o700 });
    let demonstrationToken: ServerParts["demonstrationToken"] = null;
    if (config.mode === "demonstration") {
      demonstrationToken = await loadDemonstration(house, () => drawing ?? drawDemonstration());
      await house.writeTrust();
    }
    const [cursorKey, copyKey] = [await house.keyring.secret("cursors"), await house.keyring.secret("task-copies")];
    const app = await buildServer({
      door: house.door,
      authenticator: house.authenticator,
      sessions: house.sessions,
      origin: config.origin,
      demonstrationToken,
      mode: config.mode,
      workFolder: house.workFolder,
      imagePixels: config.imagePixels,
      ready: house.ready,
      news: house.news,
      refusals: { note: (kind, source) => house.keeper.noteRefusal(kind, source) },
      logger: log,
      cursorKey,
      copyKey,
      trustFile: house.trust,
      landing: {
        folder: join(packageRoot(), "web", "landing"),
        workbench: join(packageRoot(), "dist", "web"),
        people:
          config.mode === "demonstration"
            ? PEOPLE.map(({ handle, displayName, summary }) => ({ handle, displayName, summary }))
            : [],
        tokenCommand: "npm run -s caveat -- token --as HANDLE",
      },
    });
    await app.listen({ host: "127.0.0.1", port: config.port });
    const { port } = app.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    await writeFile(join(config.stateFolder, "server.json"), `${JSON.stringify({ url, pid: process.pid })}\n`);
    return {
      house,
      url,
      stop: async () => {
        const closing = app.close();
        // A connection that has had its answer stays open for the client's next request: those are let go as they fall idle.
        const idle = setInterval(() => app.server.closeIdleConnections(), 50);
        let forced = false;
        const deadline = setTimeout(() => {
          forced = true;
          app.server.closeAllConnections();
        }, DRAIN_MS);
        // However that ends, what the house holds is written and let go of.
        try {
          await closing;
        } finally {
          clearInterval(idle);
          clearTimeout(deadline);
          await house.close();
        }
        return !forced;
      },
    };
  } catch (error) {
    await house.close().catch(() => undefined);
    throw error;
  }
}

function greeting(config: Config, url: string): string {
  if (config.mode === "production") return `caveat: listening on ${url}\n`;
  const people = PEOPLE.map((person) => `  ${person.handle.padEnd(10)} ${person.summary}`).join("\n");
  return `
Caveat is running in demonstration mode.

  Look:     ${url}/
  GraphQL:  ${url}/graphql
  A token:  npm run -s caveat -- token --as ana

People of the program HARBOR WATCH:
${people}

Stop with Ctrl-C. The next step: npm run tour
`;
}

/** Runs until SIGTERM or SIGINT, then drains. Returns whether everything under way was answered. */
export async function startServer(): Promise<boolean> {
  const config = readConfig();
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: false }));
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  const server = await runServer(config, log);
  process.stdout.write(greeting(config, server.url));
  await stopped;
  log.info("draining");
  const inOrder = await server.stop();
  log.info("stopped");
  return inOrder;
}
