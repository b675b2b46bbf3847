import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { demonstrationIssuer } from "../src/composition/demonstration-issuer.ts";
import { CLIENT } from "../src/demonstration/people.ts";
import type { Level } from "../src/markings/marking.ts";
import type { BenchServer } from "./bench-server.ts";
import type { BenchDatabase } from "./pages-world.ts";

/** People who stand alike: each with an id and tokens of his own. */
export class Crowd {
  readonly #server: BenchServer;
  readonly personIds: readonly string[];

  private constructor(server: BenchServer, personIds: readonly string[]) {
    this.#server = server;
    this.personIds = personIds;
  }

  /** Somebody of the demonstration, and others with his roles, clearance, read-ons and memberships until there are so many. */
  static async like(server: BenchServer, database: BenchDatabase, handle: string, count: number): Promise<Crowd> {
    const [one] = await database.query<{ id: string }>("select id from access.person where handle = $1", [handle]);
    if (!one) throw new Error("nobody");
    const others = Array.from({ length: count - 1 }, () => randomUUID());
    for (const [at, id] of others.entries()) {
      await database.query(
        `insert into access.person (id, handle, display_name, country, duty_organization, us_government_agency, entity_type, roles, source)
         select $2, handle || '.' || $3, display_name || ' ' || $3, country, duty_organization, us_government_agency, entity_type, roles, source
         from access.person where id = $1`,
        [one.id, id, String(at + 2)],
      );
      for (const [table, columns] of [
        ["clearance", "level, issuer, source, expires_at"],
        ["read_on", "token, source"],
        ["membership", "program_id, source"],
      ] as const)
        await database.query(
          `insert into access.${table} (person_id, ${columns}) select $2, ${columns} from access.${table} where person_id = $1`,
          [one.id, id],
        );
    }
    return new Crowd(server, [one.id, ...others]);
  }

  /** A token for each of the first so many, in a session of the level; they last a quarter of an hour. */
  async tokens(count: number, sessionLevel: Level): Promise<string[]> {
    const { state, installation } = this.#server;
    const { issuer } = await demonstrationIssuer(join(state, "keys"), installation);
    return Promise.all(
      this.personIds
        .slice(0, count)
        .map((personId) =>
          issuer.issue(
            { personId, clientId: CLIENT.id, sessionId: randomUUID(), sessionLevel, purpose: "demonstration" },
            new Date(),
          ),
        ),
    );
  }
}
