import { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { discloseArchive, exportArchive, logFile } from "../../auditing/queries.ts";
import { displayCopy, receiveContent } from "../../datasets/content.ts";
import type { ReceivedContent } from "../../datasets/content.ts";
import { fetchPackage } from "../../deliveries/release-commands.ts";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { Request } from "../../policy/gate.ts";
import type { Operation } from "../../policy/operation.ts";
import { globalId, localId, parseGlobalId } from "../global-id.ts";
import type { IdNoun } from "../global-id.ts";
import { DISPLAY_HONORS, FILE_HONORS } from "../obligations.ts";
import { pass } from "../passage.ts";
import type { Passed } from "../passage.ts";
import { JSON_TYPE, publicAnswer } from "../public-answer.ts";
import { callerOf, logFailure } from "./answering.ts";
import { chunksOf } from "./body.ts";
import type { ServerParts } from "./parts.ts";
import { LINES_TYPE, ToldAnswer } from "./told-answer.ts";
import type { WholeAnswer } from "./told-answer.ts";

const UPLOAD = { transport: "upload", honors: FILE_HONORS } as const;
const DISPLAY = { transport: "download", honors: DISPLAY_HONORS } as const;
const DOWNLOAD = { transport: "download", honors: FILE_HONORS } as const;

/** The id in a path that a caller gave. */
export function idOf(request: FastifyRequest, noun: IdNoun): string {
  const { id } = request.params as { readonly id?: string };
  return localId(noun, id ?? "");
}

/** An id of a caller as it is recorded. */
function named(id: string): string {
  const found = parseGlobalId(id);
  return found ? `${found.noun}:${found.id}` : id;
}

/** The header by which whoever sends bytes says that nothing higher that his session was shown is in them. */
const BELOW_HEADER = "caveat-below-high-water";

/** Ids of the path as they are recorded. */
function recorded(request: FastifyRequest): string[] {
  const { id } = request.params as { readonly id?: string };
  return id === undefined ? [] : [named(id)];
}

const MOST_SUBJECTS = 100;
/** Characters of what is recorded of one: longer than any id. */
const LONGEST_NAME = 120;
/** Ids that one field of a request entry names. */
const IDS_OF_A_FIELD = 20;

/** The subjects that an archive is to be opened for, as they were given; null where it is asked for whole. */
function subjectsOf(request: FastifyRequest): string[] | null {
  const { about } = request.query as { readonly about?: string | string[] };
  return about === undefined ? null : (Array.isArray(about) ? about.join(",") : about).split(",");
}

/** Subjects as the log names them. Throws INVALID_REQUEST. */
function checkedSubjects(ids: readonly string[]): string[] {
  if (ids.length > MOST_SUBJECTS || ids.some((id) => !parseGlobalId(id)))
    throw new CaveatError("INVALID_REQUEST", "subjects of a disclosure");
  return ids.map(named);
}

/** Names of tiles in C2SP tlog-tiles: three digits in each part, and how many hashes or leaves a partial one has. */
const TILE_PARTS = [":a", ":a/:b", ":a/:b/:c", ":a/:b/:c/:d"] as const;
const LOG_FILE = /^(?:checkpoint|tile\/(?:entries|[0-6])\/(?:x\d{3}\/)*\d{3}(?:\.p\/[1-9]\d{0,2})?)$/;

/** The path of a tile in an address, as a caller gave it. */
function tilePathOf(request: FastifyRequest): string {
  const { level, a, b, c, d } = request.params as Readonly<Record<string, string | undefined>>;
  return ["tile", level, a, b, c, d].filter((part) => part !== undefined).join("/");
}

/** The path of a file of the log, checked. Throws INVALID_REQUEST. */
function checkedLogPath(path: string): string {
  if (!LOG_FILE.test(path)) throw new CaveatError("INVALID_REQUEST", "a file of the log");
  return path;
}

/** What the request entry of a file's request says. */
export function aboutFile(
  request: FastifyRequest,
  way: Pick<Request, "transport" | "honors">,
  name: string,
  ids: readonly string[] = recorded(request),
): Request {
  const stretches = Math.max(1, Math.ceil(ids.length / IDS_OF_A_FIELD));
  return {
    ...way,
    operation: name,
    fields: Array.from({ length: stretches }, (_, at) => ({
      name,
      ids: ids.slice(at * IDS_OF_A_FIELD, (at + 1) * IDS_OF_A_FIELD),
    })),
    digest: "",
    source: request.ip,
  };
}

/** Takes a file's request through the door; what is hidden or absent is NOT_FOUND after its outcome is durable. */
async function through<T>(
  parts: ServerParts,
  request: FastifyRequest,
  way: Pick<Request, "transport" | "honors">,
  name: string,
  work: (operation: Operation) => Promise<T | null>,
  ids?: readonly string[],
): Promise<Passed<T>> {
  const passage = pass(parts.door, callerOf(request), aboutFile(request, way, name, ids), work);
  request.passage = passage;
  const { value, marking, receipt } = await passage;
  if (value === null) throw new CaveatError("NOT_FOUND", name);
  return { value, marking, receipt };
}

/** Starts an answer whose bytes follow: everything that decides about it is already recorded. */
function start(reply: FastifyReply, passed: Passed<unknown>, mediaType: string): FastifyReply {
  if (passed.marking !== null) reply.header("caveat-marking", passed.marking);
  return reply.header("caveat-receipt", passed.receipt).type(mediaType);
}

/** Bytes that stream after the door has closed. A failure in their midst cuts the connection: no answer can be made of it. */
function streamed(parts: ServerParts, body: AsyncIterable<Uint8Array | string>, route: string): Readable {
  const stream = Readable.from(body, { objectMode: false });
  stream.once("error", (cause) => logFailure(parts.logger, new CaveatError("UNAVAILABLE", "stream", { cause }), route));
  return stream;
}

async function* lines(source: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of source) yield `${line}\n`;
}

/** The answer to an upload. */
async function received(passage: Promise<Passed<ReceivedContent>>): Promise<WholeAnswer> {
  const { value, marking, receipt } = await passage;
  const waits = value.quarantined ? { quarantined: true } : {};
  const answer = { data: { id: globalId("asset", value.id), ...waits }, extensions: { marking, receipt } };
  return { status: value.quarantined ? 202 : 200, body: JSON.stringify(answer) };
}

/**
 * Serves uploads of original images: the bytes as the whole body, any chunking, no forms. Who accepts {@link LINES_TYPE} and
 * nothing else is told how much is made of his image while it is. Where they would stand below what the session was shown,
 * `caveat-below-high-water: true` confirms that nothing of that is in them.
 */
export function uploadRoute(app: FastifyInstance, parts: ServerParts): void {
  app.removeAllContentTypeParsers();
  for (const type of ["application/octet-stream", /^image\/[a-z0-9.+-]+$/]) {
    app.addContentTypeParser(
      type,
      (_request: FastifyRequest, payload: IncomingMessage, done: (error: null, body: unknown) => void) =>
        done(null, payload),
    );
  }
  app.put("/assets/:id/content", async (request, reply) => {
    const { body } = request;
    if (!(body instanceof IncomingMessage)) throw new CaveatError("INVALID_REQUEST", "no body");
    // While a large picture is decoded nothing goes over the connection: it is not silent for want of life.
    body.once("end", () => request.raw.socket.setTimeout(0));
    const { workFolder, imagePixels: pixels } = parts;
    const telling = request.headers.accept === LINES_TYPE ? new ToldAnswer() : null;
    const told = telling?.tell ?? ((): void => undefined);
    const input = { assetId: idOf(request, "asset"), body: chunksOf(body), workFolder, pixels, told };
    const confirms = request.headers[BELOW_HEADER] === "true";
    const answered = received(
      through(parts, request, UPLOAD, receiveContent.name, (operation) =>
        operation.mutate(receiveContent, input, undefined, confirms),
      ),
    );
    // What is refused before there is anything to tell is refused as for everybody.
    if (telling && (await Promise.race([telling.begun.then(() => true), answered.then(() => false)]))) {
      const whole = answered.catch((thrown: unknown) => {
        const error = toCaveatError(thrown);
        logFailure(parts.logger, error, request.routeOptions.url ?? "none");
        const { status, body: refused } = publicAnswer(error.code);
        return { status, body: refused.toString() };
      });
      return reply.type(LINES_TYPE).send(streamed(parts, telling.lines(whole), "upload"));
    }
    const { status, body: text } = await answered;
    return reply.code(status).type(JSON_TYPE).send(text);
  });
}

/** Serves what leaves as files: display copies, packages of deliveries, the archive of the log, the trust file. */
export function downloadRoutes(app: FastifyInstance, parts: ServerParts): void {
  app.get("/assets/:id/display", async (request, reply) => {
    const passed = await through(parts, request, DISPLAY, displayCopy.name, (operation) =>
      operation.query(displayCopy, { assetId: idOf(request, "asset") }),
    );
    const { mediaType, bytes, body } = passed.value;
    return start(reply, passed, mediaType)
      .header("content-length", String(bytes))
      .send(streamed(parts, body, "display"));
  });
  app.get("/deliveries/:id/package", async (request, reply) => {
    const passed = await through(parts, request, DOWNLOAD, fetchPackage.name, (operation) =>
      operation.query(fetchPackage, { deliveryId: idOf(request, "delivery") }),
    );
    const { mediaType, name, body } = passed.value;
    start(reply, passed, mediaType).header(
      "content-disposition",
      `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, "")}"`,
    );
    return reply.send(streamed(parts, body, "package"));
  });
  app.get("/audit/archive", async (request, reply) => {
    const subjects = subjectsOf(request);
    const passed = await (subjects === null
      ? through(parts, request, DOWNLOAD, exportArchive.name, (operation) => operation.query(exportArchive, {}))
      : through(
          parts,
          request,
          DOWNLOAD,
          discloseArchive.name,
          // Looked at behind the door: a request that is refused for its subjects stands in the log as well.
          async (operation) => operation.query(discloseArchive, { subjects: checkedSubjects(subjects) }),
          subjects.slice(0, MOST_SUBJECTS).map((id) => named(id).slice(0, LONGEST_NAME)),
        ));
    return start(reply, passed, LINES_TYPE).send(streamed(parts, lines(passed.value.lines), "archive"));
  });
  const logFileOf = async (request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> => {
    const work = async (operation: Operation): Promise<Uint8Array | null> =>
      operation.query(logFile, { path: checkedLogPath(path) });
    const passed = await through(parts, request, DOWNLOAD, logFile.name, work, [path]);
    return start(reply, passed, "application/octet-stream").send(Buffer.from(passed.value));
  };
  app.get("/audit/log/checkpoint", (request, reply) => logFileOf(request, reply, "checkpoint"));
  for (const name of TILE_PARTS)
    app.get(`/audit/log/tile/:level/${name}`, (request, reply) => logFileOf(request, reply, tilePathOf(request)));
  app.get("/trust", async (request, reply) => {
    const passed = await through(parts, request, DOWNLOAD, "trustFile", () => parts.trustFile());
    return start(reply, passed, JSON_TYPE).send(passed.value);
  });
}
