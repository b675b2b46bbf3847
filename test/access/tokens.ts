import { randomBytes, randomUUID } from "node:crypto";
import { Client } from "pg";
import type { Principal } from "../../src/identity/principal.ts";
import { GateTokenMint, gateHash } from "../../src/policy/gate-token.ts";
import type { GateClaim } from "../../src/policy/gate-token.ts";
import type { TestHouse } from "../house.ts";

/** A request entry with a gate hash, as audit.append takes it. */
export function requestRecord(id: string, hash: Buffer): string {
  const base = {
    id,
    leaf: randomBytes(40).toString("base64"),
    kind: "operation.request",
    personTag: null,
    sections: [],
  };
  return JSON.stringify([{ ...base, gateHash: hash.toString("base64") }]);
}

/** Process id of the backend behind a connection. */
export async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid ?? -1;
}

/** Mints gate tokens as a server process does, so that tests can change one thing in them. */
export class TokenMaker {
  readonly #house: TestHouse;
  readonly #ledger: Client;
  readonly mint = new GateTokenMint();

  private constructor(house: TestHouse, ledger: Client) {
    this.#house = house;
    this.#ledger = ledger;
  }

  /** Registers a key and connects as the role that appends to the log. */
  static async open(house: TestHouse): Promise<TokenMaker> {
    const ledger = new Client({ ...house.database.as("caveat_ledger") });
    await ledger.connect();
    const maker = new TokenMaker(house, ledger);
    await maker.mint.register(house.house.store);
    return maker;
  }

  /** Appends a request entry that a token of this person can open, as the door does; returns what the token must say. */
  async entryFor(personId: string, purpose: string): Promise<{ requestId: string; nonce: Buffer }> {
    const nonce = randomBytes(16);
    const requestId = randomUUID();
    const record = requestRecord(requestId, gateHash(nonce, personId, purpose));
    await this.#ledger.query("select * from audit.append($1, $2)", [this.#house.house.keeper.logId, record]);
    return { requestId, nonce };
  }

  /** A claim of this principal, for a request entry of his own, good on one backend. */
  async claimOf(principal: Principal, backend: number): Promise<GateClaim> {
    const { office } = this.#house.house;
    const { personId, epoch, purpose, profile } = principal;
    const profileId = await office.profileId(profile);
    return {
      personId,
      profileId,
      policyId: office.policyId,
      epoch,
      purpose,
      client: principal.client.id,
      backend,
      until: null,
      ...(await this.entryFor(personId, purpose)),
    };
  }

  /** The token of a claim, from now on. */
  token(claim: GateClaim): string {
    return this.mint.mint(claim, new Date());
  }

  close(): Promise<void> {
    return this.#ledger.end();
  }
}
