import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clientCommand } from "../../src/cli/client.ts";
import { markingCommand } from "../../src/cli/marking.ts";
import { personCommand } from "../../src/cli/person.ts";
import { proposalCommand } from "../../src/cli/proposal.ts";
import { linesOf, runCommand } from "../cli/run-command.ts";
import type { Ended } from "../cli/run-command.ts";
import { dataOf } from "./hostile-world.ts";
import { endEverything, startServer } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

const COMMANDS = { person: personCommand, client: clientCommand, proposal: proposalCommand, marking: markingCommand };

interface Proposal {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly content: string;
  readonly contentSha384: string;
}

interface Person {
  readonly id: string;
  readonly handle: string;
  readonly roles: readonly string[];
  readonly readOns: readonly string[];
  readonly suspended: boolean;
  readonly clearance: { readonly level: string; readonly issuer: string; readonly expiresAt: string } | null;
  readonly authorities: readonly object[];
  readonly programIds: readonly string[];
}

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
  vi.stubEnv("CAVEAT_STATE", server.state);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await endEverything();
});

/** Runs a command as somebody, as it is typed: words between single quotes are one. */
function caveat(as: string, line: string): Promise<Ended> {
  const [name = "", ...words] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
  return runCommand(COMMANDS[name as keyof typeof COMMANDS], [...words, "--as", as, "--url", server.url]);
}

/** What a command wrote with --json, which succeeded. */
async function told<T>(as: string, line: string): Promise<T[]> {
  const ended = await caveat(as, `${line} --json`);
  expect(ended).toMatchObject({ code: 0, err: "" });
  return linesOf<T>(ended);
}

/** The one object that a command wrote. */
async function toldOne<T>(as: string, line: string): Promise<T> {
  const all = await told<T>(as, line);
  expect(all).toHaveLength(1);
  return all[0] as T;
}

const refusal = (code: string): object => ({ code: 1, err: expect.stringMatching(`\\(${code}\\)\n$`) as string });
const approval = ({ id, contentSha384 }: Proposal): string => `proposal approve ${id} --hash ${contentSha384}`;
const person = (handle: string): Promise<Person> => toldOne("sofia", `person show ${handle}`);

/** Asks as sofia and approves as silas. */
async function granted(line: string): Promise<void> {
  const proposed = await toldOne<Proposal>("sofia", line);
  expect((await told<Proposal>("silas", approval(proposed))).map(({ state }) => state)).toEqual(["OPEN", "EXECUTED"]);
}

interface Asset {
  readonly id: string;
  readonly title: string;
  readonly marking: { readonly banner: string };
}

/** The assets of the demonstration that a token shows. */
async function assets(token: string): Promise<Asset[]> {
  const query =
    "{ programs(first: 1) { edges { node { datasets(first: 5) { edges { node { assets(first: 9) { edges { node { id title marking { banner } } } } } } } } } } }";
  interface Edges<T> {
    readonly edges: readonly { readonly node: T }[];
  }
  const { programs } = dataOf(await server.graphql(token, query)) as {
    programs: Edges<{ datasets: Edges<{ assets: Edges<Asset> }> }>;
  };
  return programs.edges.flatMap(({ node }) =>
    node.datasets.edges.flatMap((dataset) => dataset.node.assets.edges.map((asset) => asset.node)),
  );
}

test("I7 by command: a read-on that one takes holds at the next statement; two grant it, by the hash of what they read", async () => {
  const token = await tokenOf(server.state, "ana");
  expect(await assets(token)).toHaveLength(2);
  expect(await toldOne<Person>("sofia", "person take read-on ana TK")).toMatchObject({
    handle: "ana",
    readOns: ["SI"],
  });
  expect(await assets(token)).toHaveLength(1);
  expect(await caveat("sofia", "person take read-on ana TK")).toMatchObject(refusal("ALREADY_DONE"));

  const proposed = await toldOne<Proposal>("sofia", "person grant read-on ana TK");
  expect(proposed).toMatchObject({ kind: "readon.grant", state: "OPEN" });
  expect(JSON.parse(proposed.content)).toMatchObject({ kind: "readon.grant", act: { token: "TK" } });
  const wrong = await caveat("silas", `proposal approve ${proposed.id} --hash ${"0".repeat(96)}`);
  expect(wrong).toMatchObject(refusal("STALE"));
  expect(await caveat("sofia", approval(proposed))).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await caveat("ana", approval(proposed))).toMatchObject(refusal("NOT_FOUND"));
  expect(await caveat("silas", `${approval(proposed)} --kind role.grant`)).toMatchObject(refusal("NOT_FOUND"));
  expect(await toldOne<Proposal>("silas", `proposal show ${proposed.id}`)).toEqual(proposed);
  expect(await assets(token)).toHaveLength(1);

  const approved = await caveat("silas", approval(proposed));
  expect(approved).toMatchObject({ code: 0, err: "" });
  const what = `ana \\(\\S+\\) is read on for TK\n  content  (\\{.*\\})\n  sha384   ${proposed.contentSha384}\n`;
  expect(new RegExp(`${what}[\\s\\S]*\nApproved: EXECUTED.\n$`).exec(approved.out)?.[1]).toBe(proposed.content);
  expect(await assets(token)).toHaveLength(2);
  expect(await caveat("silas", approval(proposed))).toMatchObject(refusal("ALREADY_DONE"));
});

test("I7 by command: nobody asks or approves for himself, and whom an officer may not administer is not there", async () => {
  expect(await caveat("silas", "person grant role silas steward")).toMatchObject(refusal("NOT_PERMITTED"));
  const about = await toldOne<Proposal>("sofia", "person grant role silas steward");
  expect(await caveat("silas", approval(about))).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await caveat("sofia", "person grant role otto security-officer")).toMatchObject(refusal("CONFLICTING_ROLES"));
  expect(await told("ana", "person list")).toEqual([]);
  expect(await told("ana", "client list")).toEqual([]);
  expect(await told("ana", "proposal list")).toEqual([]);
  for (const line of ["person show ben", "person suspend ben", "client show workbench", "proposal show none"])
    expect(await caveat("ana", line)).toMatchObject(refusal("NOT_FOUND"));
  const { id } = await person("ben");
  expect(await caveat("ana", `person take clearance ${id}`)).toMatchObject({ code: 1, out: "" });
  expect((await person("ben")).clearance?.level).toBe("S");
  // A session below what somebody is cleared for does not see him either.
  const low = (await told<Person>("sofia", "person list --level S")).map(({ handle }) => handle);
  expect(low).toContain("ben");
  expect(low).not.toContain("ana");
});

test("I7 by command: memberships, roles and authorities are given by two, shown, and taken by one; so does who was suspended come back", async () => {
  const [program = ""] = (await person("ben")).programIds;
  const token = await tokenOf(server.state, "ben");
  expect(await assets(token)).toHaveLength(1);
  expect((await toldOne<Person>("silas", `person take membership ben ${program}`)).programIds).toEqual([]);
  expect(await assets(token)).toEqual([]);
  await granted(`person grant membership ben ${program}`);
  expect(await assets(token)).toHaveLength(1);

  await granted("person grant role ben reviewer");
  await granted("person grant authority ben downgrade USA");
  expect(await person("ben")).toMatchObject({
    roles: ["analyst", "reviewer"],
    authorities: [{ authority: "downgrade", scope: "USA" }],
  });
  expect((await caveat("sofia", "person show ben")).out).toContain("authority    downgrade USA");
  expect((await toldOne<Person>("sofia", "person take authority ben downgrade USA")).authorities).toEqual([]);
  expect((await toldOne<Person>("sofia", "person take role ben reviewer")).roles).toEqual(["analyst"]);

  expect((await toldOne<Person>("sofia", "person suspend ben")).suspended).toBe(true);
  expect((await server.graphql(token, "{ viewer { id } }")).status).toBe(401);
  expect((await caveat("sofia", "person list")).out).toMatch(/^ben .*; suspended$/m);
  await granted("person restore ben");
  expect(await assets(await tokenOf(server.state, "ben"))).toHaveLength(1);
});

test("I7 by command: a clearance that one takes away opens nothing more, and comes back by two, until a day", async () => {
  const token = await tokenOf(server.state, "petra");
  expect(await assets(token)).toHaveLength(2);
  expect((await toldOne<Person>("sofia", "person take clearance petra")).clearance).toBeNull();
  expect((await server.graphql(token, "{ viewer { id } }")).status).toBe(401);
  const until = new Date(Date.now() + 300 * 86_400_000).toISOString();
  const asked = await toldOne<Proposal>("sofia", `person grant clearance petra S --issuer USA --until ${until}`);
  expect(await caveat("sofia", approval(asked))).toMatchObject(refusal("NOT_PERMITTED"));
  expect((await caveat("silas", approval(asked))).out).toContain(`gets clearance S, issued by USA, until ${until}`);
  expect((await person("petra")).clearance).toEqual({ level: "S", issuer: "USA", expiresAt: until });
  const low = await tokenOf(server.state, "petra", { request: { sessionLevel: "S" } });
  expect(await assets(low)).toHaveLength(1);
});

test("I7 by command: a proposal is withdrawn by who could ask it, and then nobody approves it", async () => {
  const proposed = await toldOne<Proposal>("sofia", "person grant role ben reviewer");
  const open = (await told<Proposal>("silas", "proposal list --open --kind role.grant")).map(({ id }) => id);
  expect(open).toContain(proposed.id);
  expect((await caveat("silas", "proposal list")).out).toMatch(new RegExp(`^${proposed.id}  OPEN +role\\.grant `, "m"));
  expect(await caveat("ana", `proposal withdraw ${proposed.id}`)).toMatchObject(refusal("NOT_FOUND"));
  expect(await toldOne<Proposal>("silas", `proposal withdraw ${proposed.id}`)).toMatchObject({ state: "WITHDRAWN" });
  expect(await caveat("silas", approval(proposed))).toMatchObject(refusal("WITHDRAWN"));
  const left = (await told<Proposal>("silas", "proposal list --open")).map(({ id }) => id);
  expect(left).not.toContain(proposed.id);
});

test("I7 by command: two approve a client, one suspends it, two approve it again, and one revokes it for good", async () => {
  const propose =
    "client propose viewer --name 'Viewing station' --ceiling S --network-ceiling C --device-attested yes";
  const asked = await toldOne<Proposal>("sofia", propose);
  expect(await caveat("sofia", approval(asked))).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await caveat("sofia", "client show viewer")).toMatchObject(refusal("NOT_FOUND"));
  expect((await told<Proposal>("silas", approval(asked))).at(-1)?.state).toBe("EXECUTED");
  const viewer = { id: "viewer", name: "Viewing station", ceiling: "S", networkCeiling: "C", deviceAttested: true };
  expect(await told("sofia", "client list")).toContainEqual({ ...viewer, status: "approved" });
  expect(await toldOne("sofia", "client suspend viewer")).toEqual({ ...viewer, status: "suspended" });
  await granted(propose);
  expect(await toldOne("sofia", "client show viewer")).toEqual({ ...viewer, status: "approved" });
  expect(await toldOne("sofia", "client revoke viewer")).toEqual({ ...viewer, status: "revoked" });
  expect(await caveat("sofia", propose)).toMatchObject(refusal("INVALID_INPUT"));
  expect(await caveat("sofia", "client suspend viewer")).toMatchObject(refusal("ALREADY_DONE"));
});

test("I3 I7 by command: one raises a marking at once; lowering and widening take another with the authority", async () => {
  for (const [handle, role] of [
    ["victor", "downgrade-authority"],
    ["wanda", "disclosure-officer"],
  ])
    await granted(`person grant role ${handle} ${role}`);
  await granted("person grant authority victor downgrade USA");
  for (const country of ["AUS", "CAN", "GBR", "NZL"])
    await granted(`person grant authority wanda disclosure ${country}`);
  const seen = async (handle: string): Promise<readonly string[]> =>
    (await assets(await tokenOf(server.state, handle))).map(({ id }) => id);
  const [asset] = await assets(await tokenOf(server.state, "ben"));
  const { id } = asset ?? { id: "" };
  expect(await seen("charlotte")).toContain(id);

  const high = `${id} 'TOP SECRET//NOFORN' --reason 'a berth shows'`;
  expect(await caveat("ben", `marking raise ${high}`)).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await toldOne("sam", `marking raise ${high}`)).toEqual({ id, marking: { banner: "TOP SECRET//NOFORN" } });
  expect(await seen("ben")).not.toContain(id);

  const lower = await toldOne<Proposal>("sam", `marking lower ${id} SECRET//NOFORN --reason 'the berth is known'`);
  expect(lower).toMatchObject({ kind: "marking.lower", state: "OPEN" });
  expect(await caveat("sam", approval(lower))).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await caveat("wanda", approval(lower))).toMatchObject(refusal("NOT_PERMITTED"));
  expect(await caveat("silas", approval(lower))).toMatchObject(refusal("NOT_FOUND"));
  expect(await seen("ben")).not.toContain(id);
  const done = await caveat("victor", approval(lower));
  expect(done.out).toContain(
    `asset ${id} is lowered from TOP SECRET//NOFORN to SECRET//NOFORN, because: the berth is known`,
  );
  expect(done).toMatchObject({ code: 0, err: "" });
  expect(await seen("ben")).toContain(id);
  expect(await seen("charlotte")).not.toContain(id);

  const release = `${id} 'SECRET//REL TO USA, FVEY' --reason 'the exercise is combined'`;
  expect(await caveat("sam", `marking lower ${release}`)).toMatchObject(refusal("INVALID_MARKING"));
  const widen = await toldOne<Proposal>("sam", `marking widen ${release}`);
  expect(await caveat("victor", approval(widen))).toMatchObject(refusal("NOT_PERMITTED"));
  expect((await told<Proposal>("wanda", approval(widen))).at(-1)?.state).toBe("EXECUTED");
  expect(await seen("charlotte")).toContain(id);
  expect(await caveat("sam", `marking raise none SECRET//NOFORN --reason x`)).toMatchObject(refusal("NOT_FOUND"));
});

test("I9 a person who is suspended is refused by every command, by code", async () => {
  await toldOne("sofia", "person suspend rita");
  expect(await caveat("rita", "person list")).toEqual({
    code: 1,
    out: "",
    err: "caveat: refused: unauthenticated (UNAUTHENTICATED)\n",
  });
});
