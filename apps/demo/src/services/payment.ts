import { type Line, linesAt } from '../line.js';
import type { Visit } from '../visit.js';

/** Spring Boot's text, with a stack trace when the provider does not answer. */
export function paymentLines(visit: Visit): Line[] {
  const { action, order, cents, durationMs, status, user } = visit;
  if (action !== 'checkout') return [];
  const thread = `nio-8080-exec-${1 + (user % 8)}`;
  const say = (atMs: number, level: string, text: string): string =>
    `${new Date(atMs).toISOString()} ${level.padStart(5)} 1 --- [payment] [${thread}] shop.payment.Charges : ${text}`;
  const euros = (cents / 100).toFixed(2);
  const began = visit.atMs + 5;
  const ended = visit.atMs + durationMs - 3;
  const place = { service: 'payment', stream: 'stdout' } as const;
  const first: Line = { ...place, atMs: began, text: say(began, 'INFO', `charging order ${order}: ${euros} EUR`) };
  if (status === 402) return [first, { ...place, atMs: ended, text: say(ended, 'WARN', `order ${order}: the card was declined`) }];
  if (status !== 502) return [first, { ...place, atMs: ended, text: say(ended, 'INFO', `order ${order} paid`) }];
  const failed: Line = { ...place, atMs: ended, text: say(ended, 'ERROR', `order ${order} could not be charged`) };
  return [first, failed, ...linesAt({ ...place, atMs: ended + 0.1 }, trace(order))];
}

const trace = (order: number): string =>
  [
    `shop.payment.ProviderException: no answer from pay.example for order ${order}`,
    '\tat shop.payment.ProviderClient.charge(ProviderClient.java:118)',
    '\tat shop.payment.Charges.charge(Charges.java:64)',
    '\tat shop.payment.ChargeController.post(ChargeController.java:41)',
    '\tat java.base/java.lang.Thread.run(Thread.java:1583)',
    'Caused by: java.net.SocketTimeoutException: Read timed out',
    '\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)',
    '\tat shop.payment.ProviderClient.read(ProviderClient.java:151)',
    '\t... 3 more',
  ].join('\n');
