import { Normaliser, type Arrival, type Event, type Fields } from '#libs/record';
import type { DetectInput } from '#libs/rules';

const LINES_A_WRITE = 200;
const RECORDS_A_DELIVERY = 2_000;
const NAMES = ['checkout', 'cart', 'billing', 'search', 'gateway', 'auth'];

const container = (name: string): Fields =>
  Object.freeze({ container_id: name.padEnd(64, '0'), container_name: `/${name}-1`, source: 'stdout' });
const CONTAINERS = NAMES.map(container);

/** Lines as the real normaliser makes records of them and the journal's reader gives them, arriving at `firstMs` and after. */
export function deliveriesOf(lines: readonly string[], firstMs: number): DetectInput[] {
  const normaliser = new Normaliser({
    node: 'node-1-abcd',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: () => undefined,
  });
  const deliveries: DetectInput[] = [];
  const first = BigInt(Math.round(firstMs)) * 1_000_000n;
  for (let from = 0; from < lines.length; from += RECORDS_A_DELIVERY) {
    const batch = lines.slice(from, from + RECORDS_A_DELIVERY);
    const texts = batch.map((text, index) => {
      const number = from + index;
      const write = Math.floor(number / LINES_A_WRITE);
      const arrival: Arrival = { createdNs: first + BigInt(write) * 10_000_000n, source: 'forward' };
      const seconds = Number(arrival.createdNs / 1_000_000_000n);
      const fields = CONTAINERS[write % CONTAINERS.length] ?? {};
      const event: Event = { tag: 'docker.web', seconds, nanos: number % 1e9, text, fields };
      const id = `VGhpcyBpcyBhIGhhc2g-${number}`;
      return `{"create":{"_id":"${id}"}}\n{"event":{"sequence":${2 ** 31 + number}${normaliser.normalise(event, arrival)}\n`;
    });
    const positions = Float64Array.from(batch, (_, index) => 2 ** 31 + from + index);
    deliveries.push({ bulk: Buffer.from(texts.join('')), count: batch.length, positions });
  }
  return deliveries;
}
