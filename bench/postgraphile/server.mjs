// PostGraphile over the tables of the benchmark, in a process of its own. Reads one line of JSON from standard input:
// {"connection": pg's options, "callers": {name: {labels, assets, datasets, programs: array literals}}}; prints its port.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const line = await new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
const { connection, callers } = JSON.parse(line);
const settings = Object.fromEntries(
  Object.entries(callers).map(([name, caller]) => [
    name,
    Object.fromEntries(Object.entries(caller).map(([key, value]) => [`bench.${key}`, value])),
  ]),
);

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  // Of 8, 16, 24 and 32 sessions the number that served it best with 128 calls under way on two cores.
  pgServices: [makePgService({ poolConfig: { ...connection, max: 16 }, schemas: ["data", "access"] })],
  grafast: {
    explain: false,
    context: (given) => ({ pgSettings: settings[given.node?.req.headers["x-caller"]] ?? {} }),
  },
  grafserv: { port: 0, graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
});
const server = createServer();
server.on("error", () => process.exit(1));
await pgl.createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
process.once("SIGTERM", () => process.exit(0));
