// A receiver of push calls, as a Supabase edge function (or any Deno): no access to pyorch's tables.
//
// pyorch claims the items and sends them in the body, signed by the Standard Webhooks scheme. The receiver checks
// the signature, does each delivery once (Idempotency-Key), and answers 200; what failed it names by receipt:
//
//     {"failed": [{"receipt": "…", "error": "why", "retry_in": "5 minutes"}]}
//
// Copy it, and put your own work into `handle`. Set PUSH_SECRET (whsec_…), and verify_jwt = false in config.toml.

import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

interface Item {
  item_id: string;
  payload: unknown;
  receipt: string;
  attempt: number;
}

interface Answer {
  failed: { receipt: string; error: string; retry_in?: string }[];
}

// seconds that a signature is good for, in both directions: an old request cannot be replayed
const TOLERANCE = 300;

/** Throws unless the request was signed with one of the secrets (two of them while you rotate), not long ago. */
export function verify(secrets: string[], headers: Headers, body: string, now = Date.now() / 1000): void {
  const message = headers.get("webhook-id");
  const stamp = headers.get("webhook-timestamp");
  const given = headers.get("webhook-signature");
  if (!message || !stamp || !given || !/^\d+$/.test(stamp)) throw new Error("header missing or malformed");
  if (Math.abs(now - Number(stamp)) > TOLERANCE) throw new Error("the timestamp is too far from our clock");
  for (const secret of secrets) {
    const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
    const expected = createHmac("sha256", key).update(`${message}.${stamp}.${body}`).digest();
    for (const entry of given.split(" ")) {
      const comma = entry.indexOf(",");
      const signature = Buffer.from(entry.slice(comma + 1), "base64");
      const sameLength = signature.length === expected.length;
      if (entry.slice(0, comma) === "v1" && sameLength && timingSafeEqual(signature, expected)) return;
    }
  }
  throw new Error("no signature matches");
}

// Done deliveries by key. This one forgets with the isolate: yours should be a table with the key as primary key,
// written in the transaction that does the work.
const done = new Map<string, Promise<Answer>>();

async function deliver(items: Item[]): Promise<Answer> {
  const failed: Answer["failed"] = [];
  for (const item of items) {
    try {
      await handle(item);
    } catch (error) {
      failed.push({ receipt: item.receipt, error: String(error).slice(0, 1000) });
    }
  }
  return { failed };
}

/** Your work for one item. Throw to fail it: pyorch tries it again by the queue's policy. */
async function handle(item: Item): Promise<void> {
  console.log(item.item_id, item.payload);
}

export async function receive(request: Request, secrets: string[]): Promise<Response> {
  const body = await request.text();
  try {
    verify(secrets, request.headers, body);
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 401 });
  }
  const key = request.headers.get("idempotency-key");
  if (!key) return Response.json({ error: "the header Idempotency-Key is missing" }, { status: 400 });
  let answer = done.get(key);
  if (!answer) {
    answer = deliver(JSON.parse(body).items);
    done.set(key, answer);
    // a delivery that broke as a whole may be tried again
    answer.catch(() => done.delete(key));
  }
  return Response.json(await answer);
}

if (import.meta.main) {
  const secrets = (Deno.env.get("PUSH_SECRET") ?? "").split(" ").filter(Boolean);
  Deno.serve((request) => receive(request, secrets));
}
