import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clientCommand } from "../../src/cli/client.ts";
import { say } from "../../src/cli/door-command.ts";
import { markingCommand } from "../../src/cli/marking.ts";
import { personCommand } from "../../src/cli/person.ts";
import { proposalCommand } from "../../src/cli/proposal.ts";
import { runCommand } from "./run-command.ts";

const HASH = "a".repeat(96);
const NOWHERE = ["--url", "http://127.0.0.1:1"];

beforeAll(() => {
  vi.stubEnv("CAVEAT_TOKEN", "none");
});
afterAll(() => {
  vi.unstubAllEnvs();
});

test("a door command's help names every verb with what it takes, and who acts where nobody is named", () => {
  for (const verb of [
    "person list",
    "person show PERSON",
    "person grant clearance PERSON LEVEL --issuer COUNTRY --until TIME",
    "person grant read-on PERSON TOKEN",
    "person grant membership PERSON PROGRAM",
    "person grant role PERSON ROLE",
    "person grant authority PERSON AUTHORITY SCOPE",
    "person restore PERSON",
    "person take clearance PERSON",
    "person take read-on PERSON TOKEN",
    "person take membership PERSON PROGRAM",
    "person take role PERSON ROLE",
    "person take authority PERSON AUTHORITY SCOPE",
    "person suspend PERSON",
  ])
    expect(personCommand.help).toContain(`caveat ${verb} [--json]`);
  expect(clientCommand.help).toContain(
    "caveat client propose CLIENT --name NAME --ceiling LEVEL --network-ceiling LEVEL --device-attested yes|no [--json]",
  );
  expect(proposalCommand.help).toContain("caveat proposal approve PROPOSAL --hash SHA384 [--kind KIND] [--json]");
  for (const verb of ["raise", "lower", "widen"])
    expect(markingCommand.help).toContain(`caveat marking ${verb} OBJECT MARKING --reason TEXT [--json]`);
  for (const { help } of [personCommand, clientCommand, proposalCommand, markingCommand])
    expect(help).toMatch(/\(default: as (?:sofia|sam)\)[\s\S]*--as PERSON[\s\S]*Exit codes: /);
});

test.each([
  ["an unknown verb", personCommand, ["promote", "ben"]],
  ["no verb", personCommand, []],
  ["half a verb", personCommand, ["grant"]],
  ["what nobody can grant", personCommand, ["grant", "password", "ben"]],
  ["a word too few", personCommand, ["grant", "read-on", "ben"]],
  ["a word too many", personCommand, ["take", "clearance", "ben", "S"]],
  ["an option too few", personCommand, ["grant", "clearance", "ben", "S", "--issuer", "USA"]],
  ["an option of another verb", personCommand, ["show", "ben", "--issuer", "USA"]],
  ["an option that nobody knows", personCommand, ["list", "--everything"]],
  ["a flag of another verb", proposalCommand, ["show", "x", "--open"]],
  ["a day of no calendar", personCommand, ["grant", "clearance", "x", "S", "--issuer", "USA", "--until", "2030-02-30"]],
  [
    "a time of no zone",
    personCommand,
    ["grant", "clearance", "x", "S", "--issuer", "USA", "--until", "2030-01-01T00:00:00"],
  ],
  ["part of a hash", proposalCommand, ["approve", "x", "--hash", HASH.slice(1)]],
  ["an approval without a hash", proposalCommand, ["approve", "x"]],
  ["a kind that there is not", proposalCommand, ["list", "--kind", "label.create"]],
  [
    "a device that may be attested",
    clientCommand,
    "propose x --name X --ceiling S --network-ceiling S --device-attested 1".split(" "),
  ],
  ["a change of marking without a reason", markingCommand, ["raise", "x", "SECRET//NOFORN"]],
] as const)("refuses %s as wrong usage", async (_, command, words) => {
  expect(await runCommand(command, [...words, ...NOWHERE])).toMatchObject({ code: 2, out: "" });
});

test("a command whose server does not answer ends with 3 and writes nothing but that", async () => {
  for (const [command, words] of [
    [personCommand, ["list"]],
    [clientCommand, ["suspend", "workbench"]],
    [proposalCommand, ["approve", "x", "--hash", HASH]],
    [markingCommand, ["raise", "x", "SECRET//NOFORN", "--reason", "y"]],
  ] as const)
    expect(await runCommand(command, [...words, ...NOWHERE])).toEqual({
      code: 3,
      out: "",
      err: "caveat: no server answers at http://127.0.0.1:1\n",
    });
});

test("what could steer a terminal is written as its number", async () => {
  const ended = await runCommand(
    { summary: "", help: "", verbs: [], run: () => Promise.resolve(say("a\u001b[2Jb\u202ec")).then(() => 0) },
    [],
  );
  expect(ended.out).toBe("a\\u{1b}[2Jb\\u{202e}c\n");
});
