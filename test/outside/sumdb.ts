import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layOut } from "../audit/tile-fixture.ts";
import type { Files } from "../audit/tile-fixture.ts";
import { DEBIAN_GOPATH } from "../outside-programs.ts";

const SOURCE = join(import.meta.dirname, "sumdb");
/** Debian's own Go brings its standard library compiled; another one compiles it once, into this folder. */
const CACHE = join(import.meta.dirname, "../../.build/go-cache");
const DEBIAN_GO = "/usr/bin/go";

/**
 * An inclusion proof (`first` is the leaf's index, `firstHash` its hash) or a consistency proof (`first` is the smaller size,
 * `firstHash` its root). Hashes are base64.
 */
export interface Claim {
  readonly kind: "inclusion" | "consistency";
  readonly first: number;
  readonly firstHash: string;
  readonly size: number;
  readonly root: string;
  readonly proof: readonly string[];
}

/** One bit of a file below the folder of tiles, or of the archive when the path is empty. */
export interface Flip {
  readonly path: string;
  readonly bit: number;
}

/** What the outside verifier is asked: what to check as a whole, proofs to judge, proofs to make, bits to flip. */
export interface SumdbRequest {
  readonly vkey: string;
  readonly tiles?: string;
  readonly archive?: string;
  readonly claims?: readonly Claim[];
  readonly wanted?: readonly Pick<Claim, "kind" | "first" | "size">[];
  readonly paths?: readonly { readonly level: number; readonly number: number; readonly width: number }[];
  readonly flips?: readonly Flip[];
}

/** What it answers. All hashes are those that it derived itself. */
export interface SumdbAnswer {
  readonly go: string;
  /** Why it refuses tiles or archive; empty when it does not. */
  readonly refused: string;
  readonly tiles: { readonly size: number; readonly root: string; readonly leaves: readonly string[] | null } | null;
  readonly archive: {
    readonly size: number;
    readonly checkpoints: number;
    /** Versions that it derived from the rule files in the archive. */
    readonly policies: readonly string[] | null;
    readonly entries: readonly DerivedEntry[] | null;
  } | null;
  readonly judged: readonly boolean[] | null;
  readonly made: readonly Claim[] | null;
  readonly paths: readonly string[] | null;
  /** For each flip, whether everything was accepted all the same. */
  readonly accepted: readonly boolean[] | null;
}

/** Hashes of an entry in hex. Of a section only those of what the archive carries, otherwise empty. */
export interface DerivedEntry {
  readonly leaf256: string;
  readonly leaf384: string;
  readonly chain: string;
  readonly sections: readonly ({ readonly commitment: string; readonly sealed: string } | null)[];
}

/** The outside verifier, built from `test/outside/sumdb` without a network. */
export class Sumdb {
  readonly #folder = mkdtempSync(join(tmpdir(), "caveat-sumdb-"));
  readonly #program = join(this.#folder, "sumdb");
  readonly #laid: (() => void)[] = [];

  constructor() {
    run(existsSync(DEBIAN_GO) ? DEBIAN_GO : "go", ["build", "-o", this.#program, "."], "");
  }

  /** Asks one thing. */
  ask(request: SumdbRequest): SumdbAnswer {
    const [answer] = JSON.parse(run(this.#program, [], JSON.stringify([request]))) as SumdbAnswer[];
    if (answer === undefined) throw new Error("no answer");
    return answer;
  }

  /** Writes a file for it and returns its path. */
  write(name: string, data: Uint8Array | string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, data);
    return path;
  }

  /** Lays a folder of files for it and returns its path. */
  lay(files: Files): string {
    const { folder, remove } = layOut(files);
    this.#laid.push(remove);
    return folder;
  }

  /** Takes away all that was written for it. */
  remove(): void {
    for (const remove of this.#laid) remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], input: string): string {
  const offline = { GOPROXY: "off", GOENV: "off", GOTOOLCHAIN: "local", GOFLAGS: "", GOTELEMETRY: "off" };
  const env = {
    ...process.env,
    ...offline,
    GO111MODULE: "off",
    GOPATH: DEBIAN_GOPATH,
    GOCACHE: CACHE,
    CGO_ENABLED: "0",
  };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: SOURCE,
    env,
    input,
    encoding: "utf8",
    maxBuffer: 256 * 1_048_576,
  });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  return stdout;
}
