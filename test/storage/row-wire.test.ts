import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRows } from "../../src/storage/row-wire.ts";
import type { RowSink } from "../../src/storage/row-wire.ts";

type Fields = readonly (string | null)[];

function message(code: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(code, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int(bytes: 2 | 4, value: number): Buffer {
  const made = Buffer.alloc(bytes);
  made.writeIntBE(value, 0, bytes);
  return made;
}

const rowMessage = (fields: Fields): Buffer =>
  message(
    "D",
    Buffer.concat([
      int(2, fields.length),
      ...fields.flatMap((text) =>
        text === null ? [int(4, -1)] : [int(4, Buffer.byteLength(text)), Buffer.from(text)],
      ),
    ]),
  );

interface Heard {
  readonly rows: Fields[];
  readonly others: Buffer;
  readonly errors: number;
  /** Rows and other messages in the order in which they were told. */
  readonly order: string;
}

/** What a driver hears of these bytes. */
function heard(chunks: readonly Buffer[]): Heard {
  const rows: Fields[] = [];
  const others: Buffer[] = [];
  let errors = 0;
  let order = "";
  const sink = {
    attachListeners(stream: { on(event: "data", listener: (bytes: Buffer) => void): void }): void {
      stream.on("data", (bytes: Buffer) => {
        others.push(bytes);
        order += "o";
      });
    },
    emit(event: string, told: { fields?: Fields }): boolean {
      if (event === "error") errors += 1;
      else {
        rows.push([...(told.fields ?? [])]);
        order += "r";
      }
      return true;
    },
  };
  readRows(sink as unknown as RowSink);
  let send: (bytes: Buffer) => void = () => undefined;
  sink.attachListeners({
    on: (_event, listener) => {
      send = listener;
    },
  });
  for (const chunk of chunks) send(chunk);
  return { rows, others: Buffer.concat(others), errors, order };
}

const text = fc.oneof(
  fc.constantFrom("human", "4f2b8b0e-1111", "4f2b8b0e-1112", "é", "e\u0301", ""),
  fc.string({ unit: "grapheme" }),
);
const fields = fc.array(fc.option(text), { minLength: 1, maxLength: 6 });

describe("rows of a connection", () => {
  test("are what was sent, in whatever pieces it comes", () => {
    const part = fc.oneof(fields, fc.constant("Z" as const));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (sent, cuts) => {
        const other = message("Z", Buffer.from("I"));
        const whole = Buffer.concat(sent.map((one) => (one === "Z" ? other : rowMessage(one))));
        const at = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].toSorted((a, b) => a - b);
        const chunks = [0, ...at].map((from, index) => whole.subarray(from, at[index] ?? whole.length));
        const { rows, others, errors } = heard(chunks);
        expect(rows).toEqual(sent.filter((one) => one !== "Z"));
        expect(others).toEqual(Buffer.concat(sent.filter((one) => one === "Z").map(() => other)));
        expect(errors).toBe(0);
      }),
      { seed: 20_261_130, numRuns: 500 },
    );
  });

  test("are told in their order among the rest", () => {
    const other = message("C", Buffer.from("SELECT 1\0"));
    expect(
      heard([Buffer.concat([other, rowMessage(["a"]), rowMessage(["a"]), other, other, rowMessage(["a"])])]).order,
    ).toBe("orror");
  });

  test("tell apart what differs in one byte only, at any place", () => {
    const one = "0123456789abcdef0123456789abcdef0123";
    for (let at = 0; at < one.length; at += 1) {
      const other = `${one.slice(0, at)}x${one.slice(at + 1)}`;
      expect(heard([Buffer.concat([one, other, one].map((value) => rowMessage([value])))]).rows).toEqual([
        [one],
        [other],
        [one],
      ]);
    }
  });

  test("a column that is null, empty or missing in between is not what it was before", () => {
    const rows = [["a", "b"], ["a", null], ["a", "b"], ["a"], ["a", "b"], ["", "b"], [null, "b"], ["a", ""]];
    expect(heard([Buffer.concat(rows.map(rowMessage))]).rows).toEqual(rows);
  });

  test.each([
    ["a column beyond its row", message("D", Buffer.concat([int(2, 1), int(4, 9), Buffer.from("abc")]))],
    ["a length below none", message("D", Buffer.concat([int(2, 1), int(4, -2)]))],
    ["a row with more than its columns", message("D", Buffer.concat([int(2, 1), int(4, 1), Buffer.from("abc")]))],
    ["a row without a count", message("D", Buffer.alloc(0))],
    ["fewer columns than it says", message("D", Buffer.concat([int(2, 2), int(4, -1)]))],
    ["a message shorter than its head", Buffer.concat([Buffer.from("Z"), int(4, 3)])],
  ])("%s ends it with an error, and nothing after it is heard", (_what, broken) => {
    const { rows, errors } = heard([broken, rowMessage(["a"])]);
    expect({ rows, errors }).toEqual({ rows: [], errors: 1 });
  });
});
