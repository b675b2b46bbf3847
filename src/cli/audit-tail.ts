import { readFile, rename, writeFile } from "node:fs/promises";
import { chainStep, fromHex, leafIndex, nodeCrypto, toHex } from "../../audit/index.ts";
import { plainId } from "./audit-words.ts";
import { plain, say, sayJson } from "./door-command.ts";
import { DOOR_OPTIONS, DoorError, callerOf } from "./door.ts";
import { follow } from "./subscribe.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";

interface Head {
  readonly size: number;
  readonly chain: string;
}

interface Linked {
  readonly index: number;
  readonly leafHash: string;
  readonly chain: string;
}

interface Entry extends Linked {
  readonly at: string;
  readonly kind: string;
  readonly sections: readonly { readonly slot: string; readonly state: string; readonly content: string | null }[];
}

interface Tail extends Head {
  readonly agrees: boolean;
  readonly from: Head;
  readonly origin: string;
  readonly entries: readonly Entry[];
  readonly passed: readonly Linked[];
}

const ENTRY = "index at kind leafHash chain sections { slot state content }";
const TAIL = `subscription ($size: Float, $chain: String) { auditTail(size: $size, chain: $chain) {
  agrees from { size chain } origin size chain passed { index leafHash chain } entries { ${ENTRY} } } }`;

/** What the help says of it. */
export const TAIL_HELP = `  caveat audit tail [--head FILE] [--entries N] [--json]
      shows entries as they come to the log, as far as you may open them, and works its chain out along with them. FILE keeps
      how far you came: with it the next tail goes on from there, and notices when the log is not the one you followed. It may
      be a report of caveat-audit verify log --json, too. Ends after N entries, or with Ctrl-C (default: as otto)`;

/** Where to go on from: a head that was kept, or what a check of an archive confirmed. Null where the file is not there yet. */
async function headOf(path: string): Promise<Head | null> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new UsageError(`${path} cannot be read`);
  });
  if (text === null) return null;
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    kept = null;
  }
  const within = kept !== null && typeof kept === "object" && "signed" in kept ? kept.signed : kept;
  const { size, chain } = (within ?? {}) as Partial<Head>;
  if (!Number.isSafeInteger(size) || typeof chain !== "string" || !/^[0-9a-f]{96}$/.test(chain))
    throw new UsageError(`${path} says neither how far a tail came nor what a check confirmed`);
  return { size: size ?? 0, chain };
}

async function keep(path: string, { size, chain }: Head): Promise<void> {
  await writeFile(`${path}.partial`, `${JSON.stringify({ size, chain })}\n`, { mode: 0o600 });
  await rename(`${path}.partial`, path);
}

/** Works the chain out over what was shown. Throws DoorError where it does not lead to what the server says. */
function link(head: Head, { origin, entries, passed, size, chain }: Tail): void {
  let [at, value] = [head.size, head.chain];
  for (const { index, leafHash, chain: said } of [...entries, ...passed].toSorted((a, b) => a.index - b.index)) {
    if (index !== at) throw new DoorError(EXIT.failed, `entry ${at} was not shown`);
    value = toHex(chainStep(nodeCrypto, origin, leafIndex(index), fromHex(value), fromHex(leafHash)));
    if (value !== said) throw new DoorError(EXIT.failed, `the chain does not lead to entry ${index} as it was shown`);
    at += 1;
  }
  if (at !== size || value !== chain) throw new DoorError(EXIT.failed, `the chain does not lead to size ${size}`);
}

function lineOf({ index, at, kind, sections }: Entry): string {
  const open = (slot: string): Record<string, unknown> => {
    const content = sections.find((section) => section.slot === slot)?.content;
    return typeof content === "string" ? (JSON.parse(content) as Record<string, unknown>) : {};
  };
  const [actor, request, outcome] = [open("actor"), open("request"), open("outcome")];
  const person = typeof actor["person"] === "string" ? plainId(`person:${actor["person"]}`) : null;
  const what = request["operation"] ?? outcome["command"];
  const withheld = sections.filter(({ state }) => state === "withheld").length;
  const parts = [
    person,
    typeof what === "string" ? what : null,
    typeof outcome["result"] === "string" ? outcome["result"] : null,
    withheld > 0 ? `${withheld} sections withheld` : null,
  ];
  return [at, `entry ${index}`, kind, ...parts.filter((part) => part !== null)].join("  ");
}

/** `caveat audit tail`. Returns an exit code. @throws UsageError */
export async function auditTail(args: readonly string[]): Promise<number> {
  const { values, flags, words } = parseArguments(args, [...DOOR_OPTIONS, "head", "entries"], ["json"]);
  const most = values.entries ?? "";
  if (words.length > 0 || !/^\d{0,9}$/.test(most))
    throw new UsageError("audit tail [--head FILE] [--entries N] [--json]");
  const caller = await callerOf(values, "otto");
  let head = values.head === undefined ? null : await headOf(values.head);
  let shown = 0;
  const variables = head === null ? {} : { size: head.size, chain: head.chain };
  for await (const data of follow(caller, TAIL, variables)) {
    const tail = data["auditTail"] as Tail;
    if (!tail.agrees) {
      const now = tail.chain === "" ? "it has fewer entries" : `its chain value there is ${tail.chain}`;
      throw new DoorError(EXIT.failed, `this is not the log that you followed to ${tail.size} entries: ${now}`);
    }
    if (!head) process.stderr.write(plain(`caveat: following ${tail.origin} after ${tail.from.size} entries`) + "\n");
    link(head ?? tail.from, tail);
    head = { size: tail.size, chain: tail.chain };
    for (const entry of tail.entries) {
      if (flags.has("json")) sayJson(entry);
      else say(lineOf(entry));
    }
    if (values.head !== undefined) await keep(values.head, head);
    shown += tail.entries.length;
    if (most !== "" && shown >= Number(most)) break;
  }
  return EXIT.done;
}
