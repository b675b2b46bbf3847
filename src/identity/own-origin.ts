import type { IncomingHttpHeaders } from "node:http";

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;
const CHANGES_NOTHING = new Set(["GET", "HEAD"]);

/**
 * Where the server's own pages are: `any-loopback` under every loopback name, which is the demonstration's; a URL's origin
 * such as `https://caveat.example.mil`; or null where there are none, and no cookie is taken.
 */
export type OwnOrigin = typeof ANY_LOOPBACK | `https://${string}` | null;

/** The loopback under whatever name and port. */
export const ANY_LOOPBACK = "any-loopback";

/** The origin that a request of our own pages has, by the host that it was sent to; null where that is not ours. */
function originOf(own: OwnOrigin, host: string | undefined): string | null {
  if (own === null || host === undefined) return null;
  if (own === ANY_LOOPBACK) return LOOPBACK.test(host) ? `http://${host}` : null;
  return new URL(own).host === host ? own : null;
}

/**
 * Whether a request comes from a page of our own. All headers come from anybody, but a browser lets no page write these: Host
 * must be ours (a foreign name that leads to this machine is not), Origin must be there and ours on whatever changes something
 * or becomes another protocol, and where it is there at all; Sec-Fetch-Site must not say otherwise.
 */
export function fromOwnPage(
  { method = "", headers }: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  own: OwnOrigin,
): boolean {
  const expected = originOf(own, headers.host);
  if (expected === null) return false;
  const { origin } = headers;
  const demanded = !CHANGES_NOTHING.has(method) || headers.upgrade !== undefined;
  if (origin === undefined ? demanded : origin !== expected) return false;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || (site === "none" && !demanded);
}
