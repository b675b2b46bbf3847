import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { GraphQLSchema } from "graphql";
import { CaveatError } from "../../errors.ts";
import { contextOf } from "../graphql/context.ts";
import { Executor } from "../graphql/executor.ts";
import type { KnownDocuments } from "../graphql/known-documents.ts";
import { planOperation } from "../graphql/plan.ts";
import { GRAPHQL_HONORS } from "../obligations.ts";
import { pass } from "../passage.ts";
import { JSON_TYPE } from "../public-answer.ts";
import { parseStrictJson } from "../strict-json.ts";
import { callerOf } from "./answering.ts";
import { readBody } from "./body.ts";
import type { ServerParts } from "./parts.ts";

/** Serves POST /graphql: one document in a request, no batches, no GET. */
export async function graphqlRoute(
  app: FastifyInstance,
  parts: ServerParts,
  schema: GraphQLSchema,
  documents: KnownDocuments,
): Promise<void> {
  const executor = await Executor.of(schema);
  app.addHook("onClose", () => executor.stop());
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload),
  );
  app.post("/graphql", async (request, reply) => {
    const caller = callerOf(request);
    if (!Buffer.isBuffer(request.body)) throw new CaveatError("INVALID_REQUEST", "no body");
    const plan = planOperation(schema, documents, parseStrictJson(request.body));
    const about = {
      transport: "graphql",
      honors: GRAPHQL_HONORS,
      operation: plan.operation,
      fields: plan.fields,
      digest: hash("sha256", request.body, "hex"),
      source: request.ip,
    } as const;
    const passage = pass(parts.door, caller, about, (operation) => executor.run(plan, contextOf(operation, parts)));
    request.passage = passage;
    const { value, marking, receipt } = await passage;
    return reply.type(JSON_TYPE).send(JSON.stringify({ data: value, extensions: { marking, receipt } }));
  });
}
