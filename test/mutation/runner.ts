import { globSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { cases, importing } from "./collected.ts";
import type { Case } from "./collected.ts";

const TESTS = ["test/{markings,marking-properties,policy,rulebook}/**/*.test.ts", "test/nitf/marking.test.ts"];

/** What starts a process or builds a bundle, in which no mutant is active, and what takes minutes. */
const LEFT_OUT: readonly string[] = [
  "marking-properties/mutated",
  "marking-properties/read-properties",
  "markings/convert-schema",
  "policy/decide-properties",
  "policy/small-scope",
  "rulebook/check",
  "rulebook/compare",
  "rulebook/dead-rules",
  "rulebook/rules-that-do-nothing",
];

/** Who imports one of these needs PostgreSQL. */
const DATABASE = /\.\.\/(?:database|house)\.ts"/;

/** Each takes seconds and runs all decisions again: of the tables with one condition fewer, or of the matrix. */
const LEFT_OUT_CASES = / always true(?: \(\d+\))?$|equals the pair decision action by action/;

/** A mutant that lives through this many seconds of the tests that reach it, the quickest first, has survived. */
const SECONDS = Number(process.env["CAVEAT_MUTATION_SECONDS"] ?? "3");

/** In the copy that Stryker makes: how long each test took in the first run, which is another process's. */
const TIMES = "times-of-tests.json";

/** What Stryker's instrumented code reads and writes. */
interface Switchboard {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: object;
}

/** Runs a test so that a loop without end can be ended: only a script of its own can. */
const ending = new Script("globalThis.__caveat_run__()");
const called = globalThis as { __caveat_run__?: () => unknown };
const ENDED = "ended: it took ten times as long";

interface MutantRun {
  readonly activeMutant: { readonly id: string };
  readonly mutantActivation: "runtime" | "static";
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
}

const switchboard: Switchboard = ((globalThis as { __stryker__?: Switchboard }).__stryker__ ??= {});

/** Forgets what was computed under another mutant: the memories of the policy that outlive a test. */
const forget: (() => void)[] = [];
const Native = WeakMap;

class Forgetful<K extends WeakKey, V> extends Native<K, V> {
  #now = new Native<K, V>();
  constructor(entries?: Iterable<readonly [K, V]> | null) {
    super();
    for (const [key, value] of entries ?? []) this.#now.set(key, value);
    if (/\/src\/(?:markings|policy)\//.test(new Error("where").stack ?? "")) {
      forget.push(() => (this.#now = new Native()));
    }
  }
  override get(key: K): V | undefined {
    return this.#now.get(key);
  }
  override set(key: K, value: V): this {
    this.#now.set(key, value);
    return this;
  }
  override has(key: K): boolean {
    return this.#now.has(key);
  }
  override delete(key: K): boolean {
    return this.#now.delete(key);
  }
}

/** Milliseconds of the processor that this thread took: how busy the machine is must change no result. */
function spent(): number {
  return process.threadCpuUsage().user / 1000;
}

const collected = new URL("collected.ts", import.meta.url).href;

async function importTests(): Promise<void> {
  registerHooks({
    resolve: (name, context, next) =>
      name === "vitest" && context.parentURL !== collected
        ? { url: collected, shortCircuit: true }
        : next(name, context),
  });
  globalThis.WeakMap = Forgetful;
  for (const file of globSync(TESTS).sort()) {
    if (LEFT_OUT.some((name) => file.endsWith(`/${name}.test.ts`)) || DATABASE.test(readFileSync(file, "utf8")))
      continue;
    importing.file = pathToFileURL(join(process.cwd(), file)).href;
    await import(importing.file);
  }
  globalThis.WeakMap = Native;
}

/** Runs tests in one process, loading them once: a run for each mutant starts nothing. */
class InProcessRunner {
  static readonly inject = [] as const;
  #took = new Map<string, number>();
  #loaded: Promise<void> | undefined;

  /** Tests are always loaded without a mutant; what runs while they load is never mutated (`ignoreStatic`). */
  capabilities(): { readonly reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<object> {
    await this.#load();
    const tests: object[] = [];
    for (const one of cases.filter(({ id }) => !LEFT_OUT_CASES.test(id))) {
      switchboard.currentTestId = one.id;
      const failureMessage = await this.#fail(one);
      switchboard.currentTestId = undefined;
      const outcome = failureMessage === null ? { status: 0 } : { status: 1, failureMessage };
      tests.push({
        id: one.id,
        name: one.id,
        fileName: one.file,
        timeSpentMs: this.#took.get(one.id) ?? 0,
        ...outcome,
      });
    }
    writeFileSync(TIMES, JSON.stringify([...this.#took]));
    return { status: "complete", tests, mutantCoverage: switchboard.mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit }: MutantRun): Promise<object> {
    if (mutantActivation === "static") return { status: "error", errorMessage: "static mutants cannot be run" };
    await this.#load();
    if (this.#took.size === 0) this.#took = new Map(JSON.parse(readFileSync(TIMES, "utf8")) as [string, number][]);
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    const reached = cases.filter(({ id }) => wanted?.has(id) ?? !LEFT_OUT_CASES.test(id));
    reached.sort((a, b) => (this.#took.get(a.id) ?? 0) - (this.#took.get(b.id) ?? 0));
    for (const reset of forget) reset();
    Object.assign(switchboard, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
    const end = spent() + SECONDS * 1000;
    let nrOfTests = 0;
    let killed: { readonly killedBy: readonly string[]; readonly failureMessage: string } | null = null;
    for (const one of reached) {
      nrOfTests += 1;
      const failureMessage = await this.#fail(one);
      if (failureMessage !== null) killed = { killedBy: [one.id], failureMessage };
      if (killed !== null || spent() > end) break;
    }
    const hits = switchboard.hitCount ?? 0;
    Object.assign(switchboard, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    if (hitLimit !== undefined && hits > hitLimit) return { status: "timeout", reason: `reached ${hits} times` };
    if (killed?.failureMessage === ENDED) return { status: "timeout", reason: ENDED };
    return killed === null ? { status: "survived", nrOfTests } : { status: "killed", nrOfTests, ...killed };
  }

  #load(): Promise<void> {
    return (this.#loaded ??= importTests());
  }

  async #fail(one: Case): Promise<string | null> {
    const began = spent();
    try {
      called.__caveat_run__ = one.run;
      const timeout = Math.ceil(10_000 + 10 * (this.#took.get(one.id) ?? 0));
      await ending.runInThisContext(switchboard.activeMutant === undefined ? {} : { timeout });
      if (switchboard.activeMutant === undefined) this.#took.set(one.id, spent() - began);
      return null;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return ENDED;
      return error instanceof Error ? error.message : String(error);
    }
  }
}

interface Path {
  readonly node: { readonly expressions?: readonly { readonly name?: string }[] };
  readonly parent: {
    readonly type: string;
    readonly callee?: { readonly name?: string };
    readonly arguments?: readonly object[];
  };
  isStringLiteral(): boolean;
  isTemplateLiteral(): boolean;
}

/** The text of an error is for people and may change: tests assert the code, which is mutated. So is the place in it. */
const messages = {
  shouldIgnore(path: Path): string | undefined {
    const { node, parent } = path;
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
    if (path.isTemplateLiteral() && node.expressions?.[0]?.name === "where") return "The place in an error.";
    const isText = parent.type === "NewExpression" && (parent.arguments ?? []).indexOf(node) > 0;
    return isText && parent.callee?.name?.endsWith("Error") === true ? "The text of an error." : undefined;
  },
};

/** What Stryker takes from this file. */
export const strykerPlugins = [
  { kind: "TestRunner", name: "in-process", injectableClass: InProcessRunner },
  { kind: "Ignore", name: "messages", value: messages },
];
