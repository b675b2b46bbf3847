import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { GraphQLError, buildSchema, parse } from "graphql";
import type { GraphQLObjectType } from "graphql";
import { CaveatError, PUBLIC_ERRORS } from "../../src/errors.ts";
import type { PublicErrorCode } from "../../src/errors.ts";
import { gravest } from "../../src/transport/graphql/executor.ts";
import { executeWhole, noteResolvers } from "../../src/transport/graphql/settled.ts";
import { publicAnswer, rawAnswer } from "../../src/transport/public-answer.ts";

const CODES = Object.keys(PUBLIC_ERRORS) as PublicErrorCode[];

test("I9 each public error is the same bytes every time", () => {
  const texts = Object.fromEntries(CODES.map((code) => [code, publicAnswer(code).body.toString()]));
  expect(texts).toEqual({
    UNAUTHENTICATED: '{"errors":[{"message":"unauthenticated","extensions":{"code":"UNAUTHENTICATED"}}]}',
    INVALID_REQUEST: '{"errors":[{"message":"invalid request","extensions":{"code":"INVALID_REQUEST"}}]}',
    NOT_FOUND: '{"errors":[{"message":"not found","extensions":{"code":"NOT_FOUND"}}]}',
    BELOW_HIGHWATER:
      '{"errors":[{"message":"below what this session was shown","extensions":{"code":"BELOW_HIGHWATER"}}]}',
    TOO_LARGE: '{"errors":[{"message":"too large","extensions":{"code":"TOO_LARGE"}}]}',
    NITF_VERSION: '{"errors":[{"message":"only NITF 2.1 and NSIF 1.0","extensions":{"code":"NITF_VERSION"}}]}',
    NITF_JPEG2000: '{"errors":[{"message":"no JPEG 2000","extensions":{"code":"NITF_JPEG2000"}}]}',
    BUSY: '{"errors":[{"message":"busy","extensions":{"code":"BUSY"}}]}',
    UNAVAILABLE: '{"errors":[{"message":"unavailable","extensions":{"code":"UNAVAILABLE"}}]}',
  });
});

test("I9 an answer without a request carries the same body and a right length", () => {
  for (const code of CODES) {
    const [head = "", body = ""] = rawAnswer(code).split("\r\n\r\n");
    expect(body).toBe(publicAnswer(code).body.toString());
    expect(head).toContain(`content-length: ${body.length}\r\n`);
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${PUBLIC_ERRORS[code].status} [A-Za-z ]+\\r\\n`));
  }
});

test("I9 an error that nobody knows fails closed", () => {
  expect(gravest([new GraphQLError("x", { originalError: new TypeError("secret") })]).code).toBe("UNAVAILABLE");
  expect(gravest([new GraphQLError("engine")]).code).toBe("UNAVAILABLE");
  expect(gravest([]).code).toBe("UNAVAILABLE");
});

test("of several errors the answer does not tell which came first", () => {
  const wrapped = (code: PublicErrorCode): GraphQLError =>
    new GraphQLError("x", { originalError: new CaveatError(code, "test") });
  for (const errors of [
    [wrapped("NOT_FOUND"), wrapped("INVALID_REQUEST")],
    [wrapped("INVALID_REQUEST"), wrapped("NOT_FOUND")],
  ]) {
    expect(gravest(errors).code).toBe("INVALID_REQUEST");
  }
  expect(gravest([wrapped("NOT_FOUND"), wrapped("UNAVAILABLE")]).code).toBe("UNAVAILABLE");
});

test("what several resolvers throw is all there, whichever is first, even where the first makes the answer null", async () => {
  const late = (ms: number, code: PublicErrorCode) => async (): Promise<never> => {
    await sleep(ms);
    throw new CaveatError(code, "test");
  };
  const codesAfter = async (slow: number, quick: number): Promise<unknown[]> => {
    const schema = buildSchema("type Query { deep: Deep! other: String! } type Deep { deeper: Deep! end: String! }");
    const type = (name: string) => (schema.getType(name) as GraphQLObjectType).getFields();
    Object.assign(type("Query")["deep"] ?? {}, { resolve: () => sleep(1).then(() => ({})) });
    Object.assign(type("Query")["other"] ?? {}, { resolve: late(quick, "NOT_FOUND") });
    Object.assign(type("Deep")["deeper"] ?? {}, { resolve: () => sleep(1).then(() => ({})) });
    Object.assign(type("Deep")["end"] ?? {}, { resolve: late(slow, "INVALID_REQUEST") });
    noteResolvers(schema);
    const contextValue = { thrown: [] as unknown[], underWay: null };
    const document = parse("{ deep { deeper { end } } other }");
    await executeWhole({ schema, document, contextValue });
    return contextValue.thrown.map((error) => (error as CaveatError).code);
  };
  expect(await codesAfter(30, 0)).toEqual(["NOT_FOUND", "INVALID_REQUEST"]);
  expect(await codesAfter(0, 30)).toEqual(["INVALID_REQUEST", "NOT_FOUND"]);
});
