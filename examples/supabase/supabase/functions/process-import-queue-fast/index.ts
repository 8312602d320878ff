// A processor of import_queue: checks its key, answers 202 at once, works in the background, stops before
// the wall clock, gives back what it has not begun, and says that its call is finished.

import { createClient } from "npm:@supabase/supabase-js@2";
import { timingSafeEqual } from "node:crypto";

// supplied by Supabase's edge runtime
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

interface Claimed {
  item: { id: string; listing_url: string };
  receipt: string;
  attempt: number;
  lease_until: string;
}

const QUEUE = "import_queue";
// milliseconds; the wall clock is 150 s on the free plan, 400 s on paid ones, counted from the start of the worker
const WALL_CLOCK = Number(Deno.env.get("WALL_CLOCK_SECONDS") ?? "150") * 1000;
// milliseconds kept for the item at hand, for release and for finish_call
const RESERVE = 20_000;
// milliseconds between heartbeats: far less than the lease of ten minutes
const HEARTBEAT = 60_000;
// milliseconds that one listing's page may take
const PAGE_TIMEOUT = 10_000;

const started = Date.now();
let unloading = false;
addEventListener("beforeunload", () => {
  unloading = true;
});

const supabase = createClient(
  Deno.env.get("SUPABASE_URL")!,
  Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!,
  { auth: { persistSession: false } },
);
const pyorch = supabase.schema("pyorch_api");

function hasTime(): boolean {
  return !unloading && Date.now() - started < WALL_CLOCK - RESERVE;
}

/** Compares in constant time: digests are of equal length whatever was given. */
async function sameKey(given: string, expected: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return timingSafeEqual(await digest(given), await digest(expected));
}

/** Calls a function and throws its error: supabase-js returns it instead. */
async function must<T>(call: PromiseLike<{ data: T; error: { message: string; code: string } | null }>): Promise<T> {
  const { data, error } = await call;
  if (error) throw Object.assign(new Error(error.message), { code: error.code });
  return data;
}

async function readTitle(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PAGE_TIMEOUT) });
  const html = await answer.text();
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const title = /<title>([^<]+)<\/title>/.exec(html)?.[1]?.trim();
  if (!title) throw new Error("the page has no title");
  return title;
}

async function importItem({ item, receipt }: Claimed): Promise<void> {
  try {
    const title = await readTitle(item.listing_url);
    await must(supabase.rpc("import_vehicle", { receipt, listing_url: item.listing_url, title }));
  } catch (error) {
    // PY005: the receipt is stale, someone else has the item now, and our vehicle was rolled back
    if ((error as { code?: string }).code === "PY005") return;
    await must(pyorch.rpc("fail", { queue: QUEUE, receipts: [receipt], error: String(error) }));
  }
}

async function workBatch(items: Claimed[]): Promise<void> {
  let beat = Date.now();
  while (items.length > 0 && hasTime()) {
    if (Date.now() - beat > HEARTBEAT) {
      const held = new Set<string>(
        await must(pyorch.rpc("heartbeat", { queue: QUEUE, receipts: items.map((item) => item.receipt) })),
      );
      items = items.filter((item) => held.has(item.receipt));
      beat = Date.now();
      continue;
    }
    await importItem(items.shift()!);
  }
  if (items.length > 0) {
    await must(pyorch.rpc("release", { queue: QUEUE, receipts: items.map((item) => item.receipt) }));
  }
}

async function work(callId: number, batch: number): Promise<void> {
  const worker = `process-import-queue-fast/${Deno.env.get("SB_EXECUTION_ID") ?? crypto.randomUUID()}`;
  let failure: string | null = null;
  try {
    while (hasTime()) {
      const items: Claimed[] = await must(pyorch.rpc(`claim_${QUEUE}`, { worker, batch }));
      if (items.length === 0) break;
      await workBatch(items);
    }
  } catch (error) {
    failure = String(error);
  } finally {
    await must(pyorch.rpc("finish_call", { call_id: callId, error: failure }));
  }
}

Deno.serve(async (request: Request): Promise<Response> => {
  const expected = Deno.env.get("PROCESSOR_KEY");
  if (!expected || !(await sameKey(request.headers.get("x-processor-key") ?? "", expected))) {
    return new Response("unauthorized", { status: 401 });
  }
  const callId = Number(request.headers.get("pyorch-call"));
  if (!Number.isSafeInteger(callId) || callId <= 0) {
    return new Response("the header Pyorch-Call is missing", { status: 400 });
  }
  const body = await request.json().catch(() => ({}));
  const asked = Number(body.batch);
  const batch = Number.isSafeInteger(asked) && asked > 0 ? Math.min(asked, 100) : 25;
  EdgeRuntime.waitUntil(work(callId, batch));
  return new Response(JSON.stringify({ accepted: callId }), {
    status: 202,
    headers: { "content-type": "application/json" },
  });
});
