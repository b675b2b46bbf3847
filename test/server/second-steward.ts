import { personCommand } from "../../src/cli/person.ts";
import { proposalCommand } from "../../src/cli/proposal.ts";
import { linesOf, runCommand } from "../cli/run-command.ts";
import type { RunningServer } from "./running-server.ts";

/** Makes somebody of the demonstration a steward, by the two people that it takes. CAVEAT_STATE is that of the server. */
export async function makeSteward({ url }: RunningServer, handle: string): Promise<void> {
  const at = ["--url", url, "--json"];
  const asked = await runCommand(personCommand, ["grant", "role", handle, "steward", "--as", "sofia", ...at]);
  const [proposal] = linesOf<{ id: string; contentSha384: string }>(asked);
  const words = ["approve", proposal?.id ?? "", "--hash", proposal?.contentSha384 ?? "", "--as", "silas"];
  const { code, err } = await runCommand(proposalCommand, [...words, ...at]);
  if (code !== 0) throw new Error(`${asked.err}${err}`);
}
