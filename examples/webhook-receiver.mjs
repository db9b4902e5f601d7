// Shows alerts as they arrive, each once: node examples/webhook-receiver.mjs [port]
// With WEBHOOK_SECRET=whsec_… (the one of the receiver's `secrets`) it takes only what is signed with it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 9999);
const secret = process.env.WEBHOOK_SECRET;
/** Older messages may be somebody's recording of one. */
const TOLERANCE_SECONDS = 300;
const seen = new Set();

const server = createServer((request, response) => void take(request, response));
server.listen(port, '127.0.0.1', () => console.log(`waiting for alerts on http://127.0.0.1:${server.address().port}/`));

async function take(request, response) {
  const body = await bodyOf(request);
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = request.headers;
  if (secret !== undefined && !isSigned({ id, timestamp, signatures, body })) {
    response.writeHead(401).end();
    console.log('refused: not signed with WEBHOOK_SECRET, or too old');
    return;
  }
  // What was seen is taken all the same: an error would only bring it again.
  response.writeHead(200).end();
  if (seen.has(id)) return;
  seen.add(id);
  show(id, JSON.parse(body));
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Standard Webhooks: HMAC-SHA256 over id, time and body; one signature for each secret that the sender has. */
function isSigned({ id, timestamp, signatures, body }) {
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

function show(id, { status, alerts }) {
  console.log(`\n${status.toUpperCase()}  ${id}`);
  for (const { labels, annotations, values } of alerts) {
    console.log(`  ${annotations.summary ?? labels.alertname}`);
    console.log(
      `  ${Object.entries({ ...labels, ...values })
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
    );
  }
}
