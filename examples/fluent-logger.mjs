// Sends three records with the official `fluent-logger` client and waits until each is on Logweir's disk.
//   node examples/fluent-logger.mjs [host] [port]
// then: curl 'http://127.0.0.1:4280/api/v1/logs?q=service:shop'
import { promisify } from 'node:util';
import fluentLogger from 'fluent-logger';

const [host = '127.0.0.1', port = '24224'] = process.argv.slice(2);

// `requireAckResponse`: a chunk counts as sent only when it was acknowledged, else it is sent again under the same id.
const sender = fluentLogger.createFluentSender('shop', {
  host,
  port: Number(port),
  timeout: 3,
  requireAckResponse: true,
  eventMode: 'PackedForward',
});
const lines = [
  { level: 'info', service: 'shop', msg: 'order placed', order_id: 7 },
  { level: 'warn', service: 'shop', msg: 'payment slow', order_id: 7, duration_ms: 1840 },
  { level: 'error', service: 'shop', msg: 'payment failed', order_id: 7, err: { type: 'Timeout', message: 'no answer in 30 s' } },
];
const emit = promisify(sender.emit.bind(sender));
await Promise.all(lines.map((line) => emit('checkout', line)));
sender.end();
console.log(`${lines.length} records acknowledged by ${host}:${port}`);
