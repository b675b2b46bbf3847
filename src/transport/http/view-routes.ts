import type { FastifyInstance } from "fastify";
import { openView, viewedTile } from "../../datasets/views.ts";
import { CaveatError } from "../../errors.ts";
import type { Ticket } from "../../policy/gate.ts";
import { DISPLAY_HONORS } from "../obligations.ts";
import { passOpened } from "../passage.ts";
import { JSON_TYPE } from "../public-answer.ts";
import { callerOf } from "./answering.ts";
import { aboutFile, idOf } from "./file-routes.ts";
import type { ServerParts } from "./parts.ts";
import { openViewToken, sealView } from "./view-token.ts";

interface TilePath {
  readonly view: string;
  readonly level: string;
  readonly column: string;
  readonly row: string;
}

const NUMBER = /^(?:0|[1-9][0-9]{0,5})$/;

/**
 * Serves images in tiles. Opening one is a request with its outcome in the log, and good for a minute; each tile is proven and
 * decided anew and has no entry of its own, but where it is refused.
 */
export function viewRoutes(app: FastifyInstance, parts: ServerParts): void {
  app.post("/assets/:id/view", async (request, reply) => {
    const caller = callerOf(request);
    const about = aboutFile(request, { transport: "download", honors: DISPLAY_HONORS }, openView.name);
    let ticket: Ticket | null = null;
    const passage = passOpened(
      async () => {
        const opened = await parts.door.openForLooks(caller, about);
        ({ ticket } = opened);
        return opened.operation;
      },
      (operation) => operation.query(openView, { assetId: idOf(request, "asset") }),
    );
    request.passage = passage;
    const passed = await passage;
    if (passed.value === null || ticket === null) throw new CaveatError("NOT_FOUND", "view");
    const { view, head, thumbnail, stretch, ground } = passed.value;
    const token = sealView(parts.cursorKey, caller, view, ticket);
    const data = {
      view: token,
      tiles: `/views/${token}/{level}/{column}/{row}`,
      until: view.until.toISOString(),
      ...head,
      thumbnail,
      stretch,
      ground,
    };
    const extensions = { marking: passed.marking, receipt: passed.receipt };
    return reply.type(JSON_TYPE).send(JSON.stringify({ data, extensions }));
  });
  app.get("/views/:view/:level/:column/:row", async (request, reply) => {
    const caller = callerOf(request);
    const { view: token, ...numbers } = request.params as TilePath;
    const { view, ticket } = openViewToken(parts.cursorKey, caller, token);
    const [level, column, row] = [numbers.level, numbers.column, numbers.row].map((text) =>
      NUMBER.test(text) ? Number(text) : -1,
    ) as [number, number, number];
    const passage = passOpened(
      () => parts.door.look(caller, DISPLAY_HONORS, ticket),
      (operation) => operation.query(viewedTile, { view, place: { level, column, row } }),
    );
    request.passage = passage;
    const passed = await passage;
    if (passed.value === null) throw new CaveatError("NOT_FOUND", "tile");
    // A tile has no receipt of its own: that of the view stands for it.
    if (passed.marking !== null) reply.header("caveat-marking", passed.marking);
    return reply.type("image/jpeg").send(passed.value);
  });
}
