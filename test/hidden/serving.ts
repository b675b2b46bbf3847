import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { demonstrationIssuer } from "../../src/composition/demonstration-issuer.ts";
import { demonstrationPeople, demonstrationSignIn } from "../../src/demonstration/sign-in.ts";
import { CLIENT, PEOPLE } from "../../src/demonstration/people.ts";
import type { Level } from "../../src/markings/index.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import type { ServerParts } from "../../src/transport/http/parts.ts";
import { ANY_LOOPBACK } from "../../src/identity/own-origin.ts";
import { buildServer } from "../../src/transport/http/server.ts";
import type { TestHouse } from "../house.ts";
import { call } from "../server/http.ts";
import type { HttpAnswer, HttpCall } from "../server/http.ts";

/** A house of a test behind a real HTTP server in this process. */
export interface Serving {
  readonly url: string;
  /** A token of a person, at his clearance unless told otherwise. */
  token(handle: string, level?: Level): Promise<string>;
  /** Sends a request as it is, with a person's token. */
  send(token: string, request: HttpCall): Promise<HttpAnswer>;
  graphql(token: string, query: string, variables?: object): Promise<HttpAnswer>;
  /** The data of an answer; throws when it is an error. */
  data<T>(token: string, query: string, variables?: object): Promise<T>;
  close(): Promise<void>;
}

/** How a house is served: in production mode unless told otherwise. `clock` is that of the house. */
export interface ServeOptions {
  readonly mode?: ServerParts["mode"];
  readonly origin?: ServerParts["origin"];
  readonly clock?: () => Date;
}

/** Serves a house on a loopback port. */
export async function serve(
  house: TestHouse,
  {
    mode = "production",
    origin = mode === "demonstration" ? ANY_LOOPBACK : null,
    clock = () => new Date(),
  }: ServeOptions = {},
): Promise<Serving> {
  const { door, authenticator, sessions, keyring, keeper, ready, news, trust, workFolder, config } = house.house;
  const app = await buildServer({
    door,
    authenticator,
    sessions,
    origin,
    demonstrationToken:
      mode === "demonstration"
        ? await demonstrationSignIn(house.house, await demonstrationPeople(house.house), clock)
        : null,
    mode,
    workFolder,
    imagePixels: config.imagePixels,
    ready,
    news,
    refusals: { note: (kind, source) => keeper.noteRefusal(kind, source) },
    logger: pino({ level: "silent" }),
    cursorKey: await keyring.secret("cursors"),
    copyKey: await keyring.secret("task-copies"),
    trustFile: trust,
    landing: {
      folder: join(packageRoot(), "web", "landing"),
      workbench: join(packageRoot(), "dist", "web"),
      people: [],
      tokenCommand: "",
    },
  });
  // A page goes by the date of the answers: where the clock of the house stands still, so does the page's.
  app.server.prependListener("request", (_request, response) => response.setHeader("date", clock().toUTCString()));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { issuer } = await demonstrationIssuer(keyring.directory, config.installation);
  const serving: Serving = {
    url,
    token: (handle, level) =>
      issuer.issue(
        {
          personId: house.personId(handle),
          clientId: CLIENT.id,
          sessionId: randomUUID(),
          sessionLevel: level ?? PEOPLE.find((person) => person.handle === handle)?.clearance ?? "U",
          purpose: "test",
        },
        clock(),
      ),
    send: (token, request) =>
      call(url, { ...request, headers: { authorization: `Bearer ${token}`, ...request.headers } }),
    graphql: (token, query, variables) =>
      serving.send(token, {
        method: "POST",
        path: "/graphql",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
      }),
    data: async <T>(token: string, query: string, variables?: object) => {
      const answer = await serving.graphql(token, query, variables);
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString()}`);
      return (JSON.parse(answer.body.toString()) as { data: T }).data;
    },
    close: () => app.close(),
  };
  return serving;
}
