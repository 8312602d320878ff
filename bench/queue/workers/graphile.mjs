// graphile-worker with its local queue, tuned: node graphile.mjs PEERS schema|work   (database: PG* variables)
import { createRequire } from "node:module";

const [, , peers, what] = process.argv;
const { runMigrations, run, Logger } = createRequire(`${peers}/`)("graphile-worker");
const preset = {
  worker: {
    connectionString: process.env.PEER_URL,
    maxPoolSize: 10,
    concurrentJobs: 24,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    // each finished job would be a line
    logger: new Logger(() => () => {}),
  },
};

if (what === "schema") {
  await runMigrations({ preset });
} else {
  await (await run({ preset, taskList: { work: async () => {} } })).promise;
}
