import type { Ask, Who } from "./ask.ts";
import type { Dice } from "./dice.ts";
import type { Pools, Source } from "./pools.ts";
import { anyWord } from "./words.ts";

type Draw = () => Ask;

const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  { "accept-encoding": "gzip, br, zstd" },
  { "if-none-match": "*" },
  { "if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT" },
  { range: "bytes=0-15" },
  { accept: "text/html" },
  { "x-forwarded-for": "203.0.113.7", forwarded: "for=203.0.113.7" },
  { "x-http-method-override": "DELETE" },
  { origin: "https://example.org", "access-control-request-method": "POST" },
  { "cache-control": "only-if-cached" },
  { te: "trailers", expect: "x" },
];

const BROKEN: readonly string[] = [
  "",
  "{",
  "[]",
  "null",
  '{"query":"{"}',
  '{"query":"{ nothing }"}',
  '{"query":"{ viewer { secret } }"}',
  '{"query":"{ viewer { handel } }"}',
  '{"query":"query($a: Nothing) { viewer { id } }"}',
  '{"query":"query($a: ID!) { node(id: $a) { id } }"}',
  '{"query":"query($a: ID!) { node(id: $a) { id } }","variables":{"a":[{}]}}',
  '{"query":"{ node { id } }"}',
  '{"query":"{ node(id: \\"x\\") { ... on Nothing { id } } }"}',
  '{"query":"query A { viewer { id } } query B { viewer { id } }"}',
  '{"query":"query A { viewer { id } }","operationName":"B"}',
  '{"query":"subscription { viewer { id } }"}',
  '[{"query":"{ viewer { id } }"}]',
  '{"query":"{ viewer { id } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"0"}}}',
  '{"query":"{ viewer { id } }","query":"{ viewer { handle } }"}',
  '{"query":"{ programs(first: 101) { edges { cursor } } }"}',
  '{"query":"mutation { labelCreate(input: {}) { userErrors { code } } }"}',
];

/** Draws what is not a document: files in and out, sessions, what is no GraphQL, unknown paths, odd headers, bad tokens. */
export class HttpAsks {
  readonly #dice: Dice;
  readonly #pools: Pools;
  readonly #who: Who;
  readonly #officer: boolean;
  readonly sources = new Set<Source>();

  constructor(dice: Dice, pools: Pools, who: Who, officer: boolean) {
    this.#dice = dice;
    this.#pools = pools;
    this.#who = who;
    this.#officer = officer;
  }

  draw(): Ask {
    const draws: readonly (readonly [number, Draw])[] = [
      [8, () => this.#get(`/assets/${this.#id("asset")}/display`)],
      [5, () => this.#view()],
      [5, () => this.#tile()],
      [5, () => this.#upload()],
      [4, () => this.#get(`/deliveries/${this.#id("delivery")}/package`)],
      [6, () => this.#broken()],
      [8, () => this.#badToken()],
      [8, () => this.#tooLarge()],
      [4, () => this.#unknown()],
      [1, () => this.#get("/trust")],
      [2, () => this.#session()],
      [1, () => this.#open()],
      [this.#officer ? 0 : 1, () => this.#get("/audit/archive")],
      [this.#officer ? 0 : 1, () => this.#get("/audit/log/tile/entries/000")],
      [this.#officer ? 0 : 1, () => this.#get(`/audit/archive?about=${this.#id("asset")}`)],
    ];
    return this.#dice.weighted(draws)();
  }

  #id(noun: string): string {
    const { text, source } = this.#pools.id(noun, []);
    this.sources.add(source);
    return text.startsWith("{{") ? text : encodeURIComponent(text);
  }

  #get(path: string): Ask {
    return { who: this.#who, method: "GET", path, headers: this.#dice.pick(ODD_HEADERS) };
  }

  #view(): Ask {
    return { who: this.#who, method: "POST", path: `/assets/${this.#id("asset")}/view` };
  }

  /** A tile of an image that may have been opened before. */
  #tile(): Ask {
    const dice = this.#dice;
    const view = dice.chance(0.9) ? `{{cursor.${dice.below(8)}}}` : "A".repeat(120);
    return this.#get(`/views/${view}/${dice.below(8)}/${dice.below(2)}/${dice.below(2)}`);
  }

  /** Bytes for an asset that the script has made itself. */
  uploadToFresh(): Ask {
    return this.#upload(`{{fresh.asset.${this.#dice.below(2)}}}`);
  }

  #upload(id = this.#id("asset")): Ask {
    const ask = { who: this.#who, method: "PUT", path: `/assets/${id}/content` };
    const headers = {
      ...(this.#dice.chance(0.7) ? { "caveat-below-high-water": "true" } : {}),
      "content-type": this.#dice.pick([
        "image/png",
        "image/png",
        "application/octet-stream",
        "text/plain",
        "image/svg+xml",
      ]),
    };
    // Few pictures: some lie on hidden assets already.
    return this.#dice.chance(0.8)
      ? { ...ask, headers, image: this.#dice.below(12) }
      : { ...ask, headers, text: "no picture" };
  }

  #broken(): Ask {
    const dice = this.#dice;
    const headers = { "content-type": dice.chance(0.9) ? "application/json" : "application/graphql" };
    return { who: this.#who, method: "POST", path: "/graphql", headers, text: dice.pick(BROKEN) };
  }

  #badToken(): Ask {
    const query = '{"query":"{ viewer { id } }"}';
    const authorization = this.#dice.pick(["Bearer x", "Basic YTpi", "Bearer a.b.c", "", "bearer"]);
    const path = this.#dice.chance(0.5) ? "/graphql" : `/assets/${this.#id("asset")}/display`;
    const headers: Record<string, string> = {
      "content-type": "application/json",
      ...(authorization === "" ? {} : { authorization }),
    };
    return path === "/graphql"
      ? { who: null, method: "POST", path, headers, text: query }
      : { who: null, method: "GET", path, headers };
  }

  #tooLarge(): Ask {
    if (this.#dice.chance(0.8))
      return { who: this.#who, method: "GET", path: "/trust", headers: { "x-long": "a".repeat(17_000) } };
    return {
      who: this.#who,
      method: "POST",
      path: "/graphql",
      headers: { "content-type": "application/json" },
      bytes: 1_048_577,
    };
  }

  #unknown(): Ask {
    const dice = this.#dice;
    const word = encodeURIComponent(anyWord(dice).slice(0, 40).replaceAll("\u0000", ""));
    const paths = [
      `/${word}`,
      `/assets/${this.#id("asset")}`,
      `/assets/${this.#id("asset")}/content`,
      `/assets/${word}/display`,
      "/graphql",
      "/metrics",
      `/deliveries/${this.#id("delivery")}/manifest`,
    ];
    return { ...this.#get(dice.pick(paths)), method: dice.pick(["GET", "GET", "HEAD", "OPTIONS", "DELETE", "POST"]) };
  }

  /** Sessions of browsers: opened by a token or by a name, ended, from a page of the server's own and from elsewhere. */
  #session(): Ask {
    const dice = this.#dice;
    const headers: Record<string, string> = {
      origin: dice.pick(["{{origin}}", "{{origin}}", "{{origin}}", "https://example.org"]),
      ...(dice.chance(0.2) ? { cookie: `caveat-session=${"a".repeat(43)}` } : {}),
    };
    const path = "/session";
    if (dice.chance(0.5)) return { who: this.#who, method: dice.chance(0.8) ? "POST" : "DELETE", path, headers };
    const said = {
      handle: dice.pick([this.#who.handle, "ana", "nobody"]),
      level: dice.pick(["U", "C", "S", "TS", "X"]),
    };
    const typed = { ...headers, "content-type": "application/json" };
    return { who: null, method: "POST", path, headers: typed, text: JSON.stringify(said) };
  }

  #open(): Ask {
    return {
      ...this.#get(this.#dice.pick(["/healthz", "/readyz", "/", "/landing.css", "/demonstration.json"])),
      who: null,
    };
  }
}
