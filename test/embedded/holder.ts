// A process of its own that holds an embedded PostgreSQL, so that a test can kill it: `node holder.ts DATA_DIR`.
import { startEmbeddedPostgres } from "../../src/storage/embedded/index.ts";

const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? "", fsync: false });
process.stdout.write(`${JSON.stringify({ pid: postgres.pid, socketDir: postgres.socketDir })}\n`);
await postgres.ended;
