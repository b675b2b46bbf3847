import fc from "fast-check";
import { parse } from "graphql";
import { describe, expect, test } from "vitest";
import { WOULD_FREEZE } from "../../web/workbench/generated/delivery.ts";
import { SIGNED_IN } from "../../web/workbench/generated/projects.ts";
import { answered, asked } from "../../web/workbench/operation.ts";

const FROZEN = "dataset(id:$id){id name marking{portion}contentMarking assetCount labelCount}";
const NAMED = (n: number): string =>
  `named_${n}:node(id:$object_${n}){__typename ...on Asset{title marking{portion}}...on Label{marking{portion}asset{title}}}`;

describe("an operation of the page", () => {
  test("is sent as it is generated, with the variables as they are", () => {
    expect(asked(SIGNED_IN, {})).toEqual({ query: "query SignedIn{viewer{handle}}", variables: {} });
  });

  test("asks for each of a list by a field of its own, with variables of its own", () => {
    expect(asked(WOULD_FREEZE, { id: "a", named: [{ object: "b" }, { object: "c" }] })).toEqual({
      query: `query WouldFreeze($id:ID!$object_0:ID! $object_1:ID!){${FROZEN}${NAMED(0)} ${NAMED(1)}}`,
      variables: { id: "a", object_0: "b", object_1: "c" },
    });
  });

  test("asks for nothing of an empty list, and is a whole document then, too", () => {
    const { query, variables } = asked(WOULD_FREEZE, { id: "a", named: [] });
    expect([query, variables]).toEqual([`query WouldFreeze($id:ID!){${FROZEN}}`, { id: "a" }]);
    expect(() => parse(query)).not.toThrow();
  });

  test("is answered with a list in the order of what was asked, in whatever order the answer has it, and with all else as it came", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string()), { maxLength: 20 }), fc.boolean(), (list, turned) => {
        const members = [["dataset", null], ...list.map((one, n) => [`named_${n}`, one])] as [string, unknown][];
        const data = Object.fromEntries(turned ? members.toReversed() : members);
        expect(answered(WOULD_FREEZE, data)).toEqual({ dataset: null, named: list });
      }),
    );
  });
});
