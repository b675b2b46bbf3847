import { FormatError, MAX_POLICY_BYTES, formOf, formatPolicy, parseArchiveLine, utf8 } from "../../audit/index.ts";
import type { ArchivedPolicy } from "../policy/policy-source.ts";
import { parseDocuments, ruleFiles } from "../rulebook/documents.ts";
import type { PolicyRecord } from "../storage/activation.ts";
import type { PolicyStore } from "../storage/policy-store.ts";

/**
 * The rule files of every policy that was ever in force as an archive carries them (audit/FORMAT.md section 6), in ascending
 * order of their versions. They stand under the version that was kept with them: whether they are its own, the verifier says.
 * Where they take more room than an archive gives to policies, those that were last in force are in it; what is kept in a
 * form that no archive can carry is not. Of both an auditor is told that the policy is not in the archive.
 */
export async function archivedPolicies(policies: PolicyStore): Promise<readonly ArchivedPolicy[]> {
  const found = new Map<string, ArchivedPolicy>();
  let bytes = 0;
  for (const { sha384, version } of await policies.everInForce()) {
    const record = found.has(version) ? null : await policies.kept(sha384);
    const policy = record && carriable(record);
    if (!policy) continue;
    bytes += utf8(formatPolicy(policy)).length;
    if (bytes > MAX_POLICY_BYTES) break;
    found.set(version, policy);
  }
  return [...found.values()].toSorted((a, b) => (a.version < b.version ? -1 : 1));
}

/** The rules of kept documents; null when they cannot stand in an archive: their text was checked when it was kept. */
function carriable({ sha384, version, content }: PolicyRecord): ArchivedPolicy | null {
  try {
    const files = ruleFiles(parseDocuments(content)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const policy = { version, documents: sha384, files: new Map(files.map(({ name, text }) => [name, text])) };
    return formOf(() => parseArchiveLine(utf8(formatPolicy(policy)))) instanceof FormatError ? null : policy;
  } catch {
    return null;
  }
}
