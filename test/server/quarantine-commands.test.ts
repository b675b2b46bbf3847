import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { quarantineCommand } from "../../src/cli/quarantine.ts";
import { linesOf, runCommand } from "../cli/run-command.ts";
import type { Ended } from "../cli/run-command.ts";
import { sendNitf } from "../nitf/send-nitf.ts";
import { endEverything, startServer } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { makeSteward } from "./second-steward.ts";
import { tokenOf } from "./tokens.ts";

const S = "SECRET//NOFORN";
const NOFORN = { clas: "S", clsy: "US", ctlh: "NF" };
let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
  vi.stubEnv("CAVEAT_STATE", server.state);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await endEverything();
});

const caveat = (as: string, ...words: readonly string[]): Promise<Ended> =>
  runCommand(quarantineCommand, [...words, "--as", as, "--url", server.url]);
const refusal = (code: string): object => ({
  code: 1,
  out: "",
  err: expect.stringMatching(`\\(${code}\\)\n$`) as string,
});

interface Waiting {
  readonly id: string;
  readonly quarantine: { readonly liftable: boolean; readonly reading: object | null };
}

test("I7 by command: what waits is listed for whom may see it, with what its file says, and lifted by a second steward", async () => {
  expect(await caveat("sam", "list")).toEqual({
    code: 0,
    out: "Nothing that you may see waits in quarantine.\n",
    err: "",
  });
  await makeSteward(server, "rita");
  const sam = await tokenOf(server.state, "sam");
  const title = "pier of the north";
  const { id } = await sendNitf(server, sam, {
    title,
    marking: S,
    fields: { header: NOFORN, image: { ...NOFORN, code: "QZ\u001b[2J" } },
  });
  const listed = await caveat("rita", "list");
  expect(listed).toMatchObject({ code: 0, err: "" });
  expect(listed.out).toBe(
    `${id}  ${S}  received ${/received (\S+)/.exec(listed.out)?.[1] ?? ""}
  Harbor 1: pier of the north
  declared ${S}; waits because: CODEWORD_UNMAPPED
  image 1: CLAS S; CLSY US; CODE QZ\uFFFD[2J; CTLH NF  [CODEWORD_UNMAPPED]
  header: CLAS S; CLSY US; CTLH NF
  you may lift it
`.replace("Harbor 1", /^ {2}(.*?): pier/m.exec(listed.out)?.[1] ?? ""),
  );
  const asSeen = async (handle: string): Promise<Waiting[]> => linesOf<Waiting>(await caveat(handle, "list", "--json"));
  expect(await asSeen("rita")).toMatchObject([{ id, quarantine: { liftable: true, reading: { whole: true } } }]);
  expect(await asSeen("sam")).toMatchObject([{ id, quarantine: { liftable: false } }]);
  expect(await asSeen("ben")).toMatchObject([{ id, quarantine: { liftable: false, reading: null } }]);
  expect((await caveat("sam", "list")).out).toContain("\n  not for you to lift\n");

  const lift = (as: string, marking = S): Promise<Ended> =>
    caveat(as, "lift", id, marking, "--reason", "its cover sheet");
  expect(await lift("sam")).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await lift("ben")).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await lift("rita", "UNCLASSIFIED")).toMatchObject(refusal("MARKING_TOO_LOW"));
  expect(await lift("rita", "SECRET//QZ")).toMatchObject(refusal("INVALID_MARKING"));
  expect(await caveat("rita", "lift", "none", S, "--reason", "x")).toMatchObject(refusal("NOT_FOUND"));
  expect(await caveat("rita", "lift", id, S)).toMatchObject({
    code: 2,
    err: expect.stringContaining("--reason TEXT") as string,
  });
  expect(await lift("rita")).toEqual({ code: 0, out: `Lifted at ${S}: it is an image like any other.\n`, err: "" });
  expect(await asSeen("rita")).toEqual([]);
  expect(await lift("rita")).toMatchObject(refusal("ALREADY_DONE"));

  const { id: other } = await sendNitf(server, sam, { title: "blank", fields: { header: {} } });
  expect(await caveat("rita", "lift", other, "TOP SECRET//NOFORN", "--reason", "x", "--json")).toMatchObject({
    code: 0,
    out: `${JSON.stringify({ id: other, marking: { banner: "TOP SECRET//NOFORN" } })}\n`,
  });
}, 120_000);
