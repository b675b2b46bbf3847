import { Client } from "pg";
import { TokenMaker, backendOf } from "../access/tokens.ts";
import type { TestHouse } from "../house.ts";

/** A statement with its parameters. */
export type Statement = readonly [sql: string, ...values: unknown[]];

/** SQL as the application role, with good tokens of people: what an application that was taken over can do. */
export class AppSql {
  readonly #house: TestHouse;
  readonly #app: Client;
  readonly #maker: TokenMaker;

  private constructor(house: TestHouse, app: Client, maker: TokenMaker) {
    this.#house = house;
    this.#app = app;
    this.#maker = maker;
  }

  /** Connects; `close` before the house is removed. */
  static async open(house: TestHouse): Promise<AppSql> {
    const app = new Client({ ...house.database.as("caveat_app") });
    await app.connect();
    return new AppSql(house, app, await TokenMaker.open(house));
  }

  /** Runs statements with a good token of a person and commits; SQLSTATE of the refusal, empty when there is none. */
  async commit(handle: string, ...statements: readonly Statement[]): Promise<string> {
    const claim = await this.#maker.claimOf(await this.#house.as(handle), await backendOf(this.#app));
    await this.#app.query("begin");
    try {
      await this.#app.query("select set_config('caveat.gate', $1, true)", [this.#maker.token(claim)]);
      for (const [sql, ...values] of statements) await this.#app.query(sql, values);
      await this.#app.query("commit");
      return "";
    } catch (error) {
      await this.#app.query("rollback");
      return (error as { code?: string }).code ?? "?";
    }
  }

  /** An entry as a server process puts it into the outbox. */
  entry(id: string, kind: string): Statement {
    const { logId } = this.#house.house.keeper;
    const record = JSON.stringify({ id, kind, leaf: "", personTag: null, gateHash: null, sections: [] });
    const { keyId, mac } = this.#maker.mint.sealRecord(logId, id, record);
    return ["select audit.propose($1::smallint, $2::uuid, $3, $4::uuid, $5)", logId, id, record, keyId, mac];
  }

  async close(): Promise<void> {
    await this.#app.end();
    await this.#maker.close();
  }
}

/** The approval of a proposal by its id, as a row. */
export function approvalRow(proposalId: string, approverId: string, entryId: string): Statement {
  return [
    `insert into data.proposal_approval select id, family, program_id, marking_id, requester_id, subject_id, content_sha384, $2, $3, now()
     from data.proposal where id = $1`,
    proposalId,
    approverId,
    entryId,
  ];
}
