import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeCanonical } from "../../audit/index.ts";
import type { Plain } from "../../src/policy/audit-port.ts";
import { spelled } from "../../src/policy/caller-texts.ts";
import type { Request } from "../../src/policy/gate.ts";
import type { RecordedDecision } from "../../src/policy/last-look.ts";
import type { MarkingOffice } from "../../src/policy/marking-office.ts";
import { outcomeSection } from "../../src/policy/outcome.ts";
import type { Outcome } from "../../src/policy/outcome.ts";
import { actorText, requestText } from "../../src/policy/request-texts.ts";
import type { InternedMarking } from "../../src/storage/ports.ts";

const SEED = { seed: 20261130, numRuns: 500 };
const office = { policy: { version: "sha384:0" }, register: { version: "2026" } } as unknown as MarkingOffice;

// As from a caller who means harm: quotes, escapes, control characters, lone surrogates, letters not in normal form C.
const text = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => `label:${id}`),
  fc.string({ unit: "grapheme-ascii", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("\ud800", "e\u0301", 'a","b', "\\", "\u0007", "", "\u007f", "é"),
);
const plain: fc.Arbitrary<Plain> = fc.oneof(
  text,
  fc.array(text, { maxLength: 3 }),
  fc.record({ b: text, a: fc.integer(), c: fc.boolean() }),
);
// Few ids and banners, so that markings repeat: the same one frozen, and another object with the same name.
const marking = fc
  .record({
    id: fc.constantFrom("m1", "m2"),
    banner: fc.constantFrom("S", "TS//Ü"),
    effective: plain,
    frozen: fc.boolean(),
  })
  .map(({ frozen, ...value }) => (frozen ? Object.freeze(value) : value) as unknown as InternedMarking);
const facts = fc.record({ member: fc.boolean(), assigned: fc.boolean(), owner: fc.boolean(), state: text });
const decision = fc.record({
  action: text,
  marking,
  facts: fc.option(facts),
  decision: fc.record({
    decision: fc.constantFrom("allow", "deny"),
    reasons: fc.array(text, { maxLength: 3 }),
    obligations: fc.array(text, { maxLength: 2 }),
    policyVersion: text,
    registerVersion: text,
  }),
  objects: fc.array(text, { maxLength: 8 }).map((names) => new Set(names)),
}) as unknown as fc.Arbitrary<RecordedDecision>;
const outcome = fc.record(
  {
    result: text,
    error: fc.option(text),
    command: fc.option(text),
    request: text,
    detail: fc.dictionary(fc.constantFrom("a", "refused", "z"), plain),
  },
  { requiredKeys: ["result", "error", "command", "request"] },
) as unknown as fc.Arbitrary<Outcome>;

/** The same content as a value, for the encoder that takes any. */
function content(
  of: Outcome,
  decisions: readonly RecordedDecision[],
  changed: readonly { readonly object: string; readonly marking: InternedMarking }[],
): Plain {
  const markings = new Map<string, InternedMarking>();
  for (const { marking: one } of [...decisions, ...changed]) markings.set(one.banner + one.id, one);
  const at = (one: InternedMarking): number => [...markings.keys()].indexOf(one.banner + one.id);
  return {
    request: of.request,
    command: of.command,
    result: of.result,
    error: of.error,
    policyVersion: office.policy.version,
    registerVersion: office.register.version,
    markings: [...markings.values()].map((one) => ({
      banner: one.banner,
      effective: one.effective as unknown as Plain,
    })),
    decisions: decisions.map((d) => ({
      action: d.action,
      marking: at(d.marking),
      facts: d.facts as unknown as Plain,
      decision: d.decision.decision,
      reasons: [...d.decision.reasons],
      obligations: [...d.decision.obligations],
      objects: [...d.objects].toSorted(),
    })),
    changed: changed.map((c) => ({ object: c.object, marking: at(c.marking) })),
    ...(of.detail === undefined ? {} : { detail: of.detail }),
  };
}

describe("texts of entries that are put together by hand", () => {
  test("an outcome is what the encoder of any value makes of its content", () => {
    const changes = fc.array(fc.record({ object: text, marking }), { maxLength: 3 });
    fc.assert(
      fc.property(outcome, fc.array(decision, { maxLength: 4 }), changes, (of, decisions, changed) => {
        const made = outcomeSection(office, of, decisions, changed);
        expect(made.plaintext).toBe(spelled(content(of, decisions, changed)));
        expect(encodeCanonical(JSON.parse(made.plaintext) as Plain)).toBe(made.plaintext);
      }),
      SEED,
    );
  });

  test("an actor and a request are what the encoder of any value makes of theirs, cut where they are too long", () => {
    const long = fc.oneof(text, fc.string({ unit: "binary", minLength: 150, maxLength: 300 }));
    const field = fc.record({ name: long, ids: fc.array(long, { maxLength: 30 }) });
    const request = fc.record({
      transport: text,
      operation: long,
      fields: fc.array(field, { maxLength: 5 }),
      source: text,
    });
    fc.assert(
      fc.property(request, text, text, (drawn, digest, receipt) => {
        const { fields, operation } = drawn;
        const cut = fields.map((f) => ({
          name: f.name.slice(0, 200),
          ids: f.ids.slice(0, 20).map((id) => id.slice(0, 64)),
        }));
        const versions = { policyVersion: office.policy.version, registerVersion: office.register.version };
        const value = { ...drawn, operation: operation.slice(0, 200), fields: cut, digest, receipt, ...versions };
        expect(requestText(office, drawn as Omit<Request, "digest" | "honors">, digest, receipt)).toBe(spelled(value));
        const ids = Array.from({ length: 30 }, (_, at) => `id${at}`);
        const many = { ...drawn, fields: Array.from({ length: 70 }, () => ({ name: "a", ids })) };
        const first = requestText(office, many as Omit<Request, "digest" | "honors">, digest, receipt);
        const { fields: told } = JSON.parse(first) as { fields: { ids: unknown[] }[] };
        expect(told.map((one) => one.ids)).toEqual(Array.from({ length: 64 }, () => ids.slice(0, 20)));
      }),
      { ...SEED, numRuns: 200 },
    );
    fc.assert(
      fc.property(text, text, text, text, (person, session, client, purpose) => {
        const who = {
          personId: person,
          purpose,
          client: { id: client, name: "" },
          session: { id: session, level: "S", browser: null },
        } as const;
        expect(actorText(who)).toBe(spelled({ person, session, sessionLevel: "S", client, purpose }));
      }),
      SEED,
    );
  });
});
