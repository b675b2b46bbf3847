import { createHash } from "node:crypto";
import { ApolloServer } from "@apollo/server";
import type { ApolloServerOptionsWithGateway } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { GraphQLError } from "graphql";
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { PublicErrorCode } from "../../errors.ts";
import { answerable } from "./answer-size.ts";
import { compileOperation } from "./compiled.ts";
import type { Compiled } from "./compiled.ts";
import type { Context } from "./context.ts";
import type { Plan } from "./plan.ts";
import { executeWhole } from "./settled.ts";

type GatewayInterface = ApolloServerOptionsWithGateway<Context>["gateway"];
type GatewayExecutor = NonNullable<Awaited<ReturnType<GatewayInterface["load"]>>["executor"]>;

// Apollo's own messages quote documents and values, so none of them reaches a log: errors are logged by code where they end.
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const GRAVEST_FIRST: readonly PublicErrorCode[] = [
  "UNAVAILABLE",
  "BUSY",
  "TOO_LARGE",
  "NITF_VERSION",
  "NITF_JPEG2000",
  "INVALID_REQUEST",
  "NOT_FOUND",
  "UNAUTHENTICATED",
];

/** The error behind a GraphQL error: what a resolver threw, or the engine's own, which fails closed as UNAVAILABLE. */
function causeOf(error: unknown): CaveatError {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return toCaveatError(inner);
}

/** The one error that stands for several. Resolvers run side by side: the choice must not tell which of them was first. */
export function gravest(errors: readonly unknown[]): CaveatError {
  const found = errors.map(causeOf);
  const code = GRAVEST_FIRST.find((candidate) => found.some((error) => error.code === candidate));
  return found.find((error) => error.code === code) ?? new CaveatError("UNAVAILABLE", "graphql");
}

/** The data of an answer. Throws the gravest error when anything in it failed: there are no partial answers; TOO_LARGE. */
export function dataFrom(
  context: Context,
  data: object | null | undefined,
  errors: readonly unknown[] | undefined,
): object {
  if (context.thrown.length > 0) throw gravest(context.thrown);
  if (errors && errors.length > 0) throw gravest(errors);
  if (!data) throw new CaveatError("UNAVAILABLE", "no data");
  return answerable(data);
}

/** Hands a document that was parsed and validated before the door to Apollo, so that neither is done again. */
class Handover {
  readonly #documents = new Map<string, DocumentNode>();

  hold(plan: Plan): () => void {
    const key = createHash("sha256").update(plan.input.query).digest("hex");
    this.#documents.set(key, plan.document);
    return () => this.#documents.delete(key);
  }

  // Apollo's key is a prefix of its own followed by the SHA-256 of the document.
  get(key: string): Promise<DocumentNode | undefined> {
    return Promise.resolve(this.#documents.get(key.slice(-64)));
  }

  set(): Promise<void> {
    return Promise.resolve();
  }

  delete(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

/** Runs an operation that Apollo has taken in: compiled where that is possible, by the general executor otherwise. */
function executorOf(schema: GraphQLSchema): GatewayExecutor {
  const compiled = new WeakMap<OperationDefinitionNode, { readonly run: Compiled | null }>();
  return async ({ document, operation, operationName, request, context: given }) => {
    const context = given as unknown as Context;
    const known = compiled.get(operation) ?? { run: compileOperation(schema, document, operation) };
    compiled.set(operation, known);
    const variableValues = request.variables ?? {};
    if (known.run) return { data: (await known.run(context, variableValues)) as Record<string, unknown> | null };
    const result = await executeWhole({ schema, document, operationName, variableValues, contextValue: context });
    context.thrown.push(...(result.errors ?? []));
    return { data: (result.errors ? null : result.data) as Record<string, unknown> | null };
  };
}

/** The schema and its executor as Apollo takes them: in the place where it otherwise puts a gateway to other servers. */
function gatewayOf(schema: GraphQLSchema): GatewayInterface {
  return {
    load: () => Promise.resolve({ executor: executorOf(schema) }),
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}

/** Runs planned operations on Apollo Server, with everything off that would answer, report or remember by itself. */
export class Executor {
  readonly #apollo: ApolloServer<Context>;
  readonly #handover: Handover;

  private constructor(apollo: ApolloServer<Context>, handover: Handover) {
    this.#apollo = apollo;
    this.#handover = handover;
  }

  /** Starts Apollo over a schema. */
  static async of(schema: GraphQLSchema): Promise<Executor> {
    const handover = new Handover();
    const apollo = new ApolloServer<Context>({
      gateway: gatewayOf(schema),
      // Documents come validated, by rules that know whether the schema may be asked for.
      introspection: true,
      nodeEnv: "production",
      logger: SILENT,
      documentStore: handover,
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      stopOnTerminationSignals: false,
      includeStacktraceInErrorResponses: false,
      hideSchemaDetailsFromClientErrors: true,
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
      ],
    });
    await apollo.start();
    return new Executor(apollo, handover);
  }

  /** The data of an operation. Throws the gravest error when anything in it failed: there are no partial answers. */
  async run(plan: Plan, context: Context): Promise<unknown> {
    const { query, operationName, variables } = plan.input;
    const release = this.#handover.hold(plan);
    try {
      const request = { query, variables: { ...variables }, ...(operationName === null ? {} : { operationName }) };
      const { body } = await this.#apollo.executeOperation(request, { contextValue: context });
      if (body.kind !== "single") throw new CaveatError("UNAVAILABLE", "incremental answer");
      const { data, errors } = body.singleResult;
      return dataFrom(context, data, errors);
    } finally {
      release();
    }
  }

  /** Ends Apollo. */
  stop(): Promise<void> {
    return this.#apollo.stop();
  }
}
