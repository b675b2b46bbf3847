import { sqlStatements } from "./sql-statements.ts";

/** A function as the migrations make it, in the words of pg_proc. */
export interface ExpectedFunction {
  /** With the types of its parameters, as to_regprocedure reads it. */
  readonly signature: string;
  readonly body: string;
  readonly language: string;
  readonly definer: boolean;
  /** i, s or v. */
  readonly volatility: string;
  readonly settings: readonly string[];
}

/** What the database is compared with. */
export interface ExpectedCatalog {
  readonly functions: readonly ExpectedFunction[];
  /** Statements that lay policies and triggers on empty copies of the tables, which stand in schemas of this prefix. */
  readonly guards: readonly string[];
}

/** Before the name of a schema: where the copies stand. */
export const EXPECTED = "expected_";

const FUNCTION = /^create (?:or replace )?function (\w+\.\w+)\(([^()]*)\)\s+returns ([\s\S]*?)\s+as \$\$([\s\S]*)\$\$$/;
const DROPPED = /^drop function (\w+\.\w+)\(([^()]*)\)$/;
const GUARD =
  /^(?:(?:create|alter|drop) policy|create (?:constraint )?trigger|drop trigger|alter table \S+ (?:enable|disable|force|no force)) /;
const DYNAMIC = /^do \$\$[\s\S]* (?:policy|trigger) /;
const TABLE = /\b(on|alter table) (?=(?:access|audit|data|gate)\.)/g;

function typesOf(signature: string, parameters: string): string {
  return parameters
    .split(",")
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== "")
    .map((parameter) => {
      const [, type] = /^p_\w+ ([a-z][\w.]*(?:\[\])?)$/.exec(parameter) ?? [];
      if (type === undefined) throw new Error(`${signature}: a parameter is p_NAME TYPE and nothing more`);
      return type;
    })
    .join(", ");
}

function functionOf([, name = "", parameters = "", head = "", body = ""]: readonly string[]): ExpectedFunction {
  const settings = /\bset search_path = (\w+(?:, \w+)*)/.exec(head);
  return {
    signature: `${name}(${typesOf(name, parameters)})`,
    body,
    language: /\blanguage (\w+)/.exec(head)?.[1] ?? "",
    definer: /\bsecurity definer\b/.test(head),
    volatility: /\b(?:immutable|stable)\b/.exec(head)?.[0].slice(0, 1) ?? "v",
    settings: settings ? [`search_path=${settings[1] ?? ""}`] : [],
  };
}

/**
 * What the migrations and the row security of the policy in force make, read from their text and so from this release, not
 * from the database. Throws on a statement about functions, policies or triggers whose form it does not know.
 */
export function expectedCatalog(texts: readonly string[]): ExpectedCatalog {
  const functions = new Map<string, ExpectedFunction>();
  const guards: string[] = [];
  for (const statement of texts.flatMap(sqlStatements)) {
    const made = FUNCTION.exec(statement);
    if (made) {
      const one = functionOf(made);
      functions.set(one.signature, one);
      continue;
    }
    const dropped = DROPPED.exec(statement);
    if (dropped) {
      const [, name = "", types = ""] = dropped;
      if (!functions.delete(`${name}(${types})`)) throw new Error(`there is no function to drop: ${name}(${types})`);
    } else if (GUARD.test(statement) || DYNAMIC.test(statement)) {
      guards.push(statement.replaceAll(TABLE, `$1 ${EXPECTED}`));
    } else if (
      /^(?:create|alter|drop) (?:or replace )?(?:function|procedure|routine|policy|(?:constraint )?trigger)\b/.test(
        statement,
      )
    ) {
      throw new Error(`nobody can compare this with a database: ${statement.slice(0, 80)}`);
    }
  }
  return { functions: [...functions.values()], guards };
}
