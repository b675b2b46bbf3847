import type { Subcommand } from "./usage.ts";

// Each is loaded when it is called: together they take a part of a second that no command needs.
const LOADERS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  start: async () => (await import("./start.ts")).startCommand,
  tour: async () => (await import("./tour.ts")).tourCommand,
  audit: async () => (await import("./audit.ts")).auditCommand,
  token: async () => (await import("./token.ts")).tokenCommand,
  marking: async () => (await import("./marking.ts")).markingCommand,
  access: async () => (await import("./access.ts")).accessCommand,
  policy: async () => (await import("./policy.ts")).policyCommand,
  person: async () => (await import("./person.ts")).personCommand,
  client: async () => (await import("./client.ts")).clientCommand,
  proposal: async () => (await import("./proposal.ts")).proposalCommand,
  quarantine: async () => (await import("./quarantine.ts")).quarantineCommand,
  signer: async () => (await import("./signer.ts")).signerCommand,
};

/** The command of `caveat` with this name, as somebody typed it; null where there is none. */
export async function commandOf(name: string): Promise<Subcommand | null> {
  return Object.hasOwn(LOADERS, name) ? ((await LOADERS[name]?.()) ?? null) : null;
}

/** Every command of `caveat` by its name, in the order of the help. */
export async function allCommands(): Promise<Readonly<Record<string, Subcommand>>> {
  const commands = Object.entries(LOADERS).map(async ([name, load]) => [name, await load()] as const);
  return Object.fromEntries(await Promise.all(commands));
}
