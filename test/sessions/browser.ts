import { call, header } from "../server/http.ts";
import type { HttpAnswer, HttpCall } from "../server/http.ts";

/** What a browser adds to requests of a page, and what an attacker makes of it. */
export interface FromPage {
  readonly origin?: string | null;
  readonly host?: string;
  readonly site?: string;
}

/** As much of a browser as a session needs: it keeps the cookie, and says which page its requests come from. */
export class Browser {
  readonly url: string;
  cookie: string | null = null;

  constructor(url: string) {
    this.url = url;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  /** Sends a request of one of the server's own pages, or of whatever page is said. */
  async send(request: HttpCall, { origin = this.url, host = this.host, site }: FromPage = {}): Promise<HttpAnswer> {
    const answer = await call(this.url, {
      ...request,
      headers: {
        host,
        ...(origin === null ? {} : { origin }),
        ...(site === undefined ? {} : { "sec-fetch-site": site }),
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...request.headers,
      },
    });
    const given = header(answer, "set-cookie");
    if (given !== undefined) this.cookie = given.includes("Max-Age=0") ? null : (given.split(";")[0] ?? null);
    return answer;
  }

  signIn(handle: string, level: string, from: FromPage = {}): Promise<HttpAnswer> {
    const body = JSON.stringify({ handle, level });
    return this.send({ method: "POST", path: "/session", headers: { "content-type": "application/json" }, body }, from);
  }

  signOut(from: FromPage = {}): Promise<HttpAnswer> {
    return this.send({ method: "DELETE", path: "/session" }, from);
  }

  graphql(query: string, from: FromPage = {}): Promise<HttpAnswer> {
    const headers = { "content-type": "application/json" };
    return this.send({ method: "POST", path: "/graphql", headers, body: JSON.stringify({ query }) }, from);
  }
}
