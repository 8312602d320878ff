// Runs an edge function on node, for tests: enough of Deno and of Supabase's edge runtime, nothing more.
//
//   node run.mjs FUNCTION.ts          prints its address, serves until its standard input ends

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// the folder that npm has installed into; modules are looked up from there
const home = process.env.EDGE_HOME;
const require = createRequire(join(home, "run.js"));
const ts = require("typescript");

const background = new Set();
globalThis.EdgeRuntime = {
  waitUntil(work) {
    const kept = work.catch((error) => console.error("background:", error)).finally(() => background.delete(kept));
    background.add(kept);
  },
};
globalThis.addEventListener = () => {};
// Deno has it, node 20 has not; supabase-js asks for it when it starts and never uses it here
globalThis.WebSocket ??= class {};
globalThis.Deno = {
  env: { get: (name) => process.env[name] },
  serve(handler) {
    const server = createServer(async (incoming, outgoing) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const request = new Request(`http://127.0.0.1${incoming.url}`, {
        method: incoming.method,
        headers: incoming.headers,
        body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
      });
      const answer = await handler(request);
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    });
    server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
  },
};

const source = readFileSync(process.argv[2], "utf8").replace(/"npm:(@?[^"@]+)@[^"]*"/g, '"$1"');
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
});
const compiled = join(home, `function-${process.pid}.mjs`);
writeFileSync(compiled, outputText.replaceAll("import.meta.main", "true"));
process.stdin.on("end", () => process.exit(0)).resume();
await import(compiled);
