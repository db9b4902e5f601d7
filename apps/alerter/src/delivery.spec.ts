import { AddressPolicy, openReceiver, parseReceiver, revisionOf, type DeliveredMessage } from '#libs/notify';
import { CHANNELS, NOTIFICATIONS } from '#libs/rules';
import { type Logger, Metrics } from '#libs/telemetry';
import { Collector } from '../../../test/support/collector.js';
import { eventually } from '../../../test/support/eventually.js';
import { MemoryCoordination } from '../../../test/support/memory-coordination.js';
import { Delivery } from './delivery.js';
import { laneJob, laneOf } from './outbox.js';
import { Desk, ERRORS, Source, TIMEOUTS } from './term.fixture.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let desk: Desk;
let collector: Collector;
let coordination: MemoryCoordination;
let heard: DeliveredMessage[];
let ends: (() => Promise<void>)[];

beforeEach(async () => {
  desk = await Desk.open();
  collector = await new Collector().open();
  coordination = new MemoryCoordination();
  heard = [];
  ends = [];
  await coordination.subscribe(CHANNELS.delivered, (message) => void heard.push(message as DeliveredMessage));
  desk.onAsk = async () => ask();
});
afterEach(async () => {
  for (const end of ends) await end();
  await collector.close();
  await desk.close();
});

async function ask(): Promise<void> {
  const keys = [...(await desk.documents.checkpoint('alerts').read('outbox/')).keys()];
  await coordination.queue(NOTIFICATIONS).addAll([...new Set(keys.map(laneOf))].map(laneJob));
}

/** A worker; its clock runs ahead so that nothing has to be waited for. */
async function start(aheadMs = 0, receivers: { isLoaded: boolean } = { isLoaded: true }): Promise<void> {
  const parsed = parseReceiver('hook', { webhook: { url: collector.url } });
  if (!('endpoint' in parsed)) throw new Error(JSON.stringify(parsed));
  const config = parsed.endpoint;
  const receiver = openReceiver(config, { policy: new AddressPolicy({}), now: Date.now, externalUrl: '' });
  const delivery = new Delivery({
    alerting: { documents: desk.documents, checkpoint: desk.documents.checkpoint('alerts'), coordination },
    endpoints: {
      get: (name) => (name === 'hook' && receivers.isLoaded ? { config, receiver, revision: revisionOf(config) } : undefined),
      get isLoaded() {
        return receivers.isLoaded;
      },
    },
    metrics: new Metrics(),
    log: silent,
    wall: () => Date.now() + aheadMs,
    random: () => 0.5,
  });
  const end = await delivery.start();
  ends.push(
    () => end(100),
    () => receiver.close(),
  );
}

const told = (): string[] =>
  collector.accepted.map(({ body }) => {
    const { status, alerts } = JSON.parse(body) as { status: string; alerts: { labels: Record<string, string> }[] };
    return `${status} ${alerts.map(({ labels }) => labels['service_name']).join()}`;
  });
const ids = (): unknown[] => collector.requests.map(({ headers }) => headers['webhook-id']);
const settled = (): string[] => heard.flatMap(({ lines }) => lines.map(({ result, status }) => `${result} ${status}`));

/** A condition that fired and is over. */
async function firedAndResolved(): Promise<void> {
  const source = new Source();
  const term = await desk.begin([TIMEOUTS]);
  const signal = source.signal(TIMEOUTS, 0, { shop: 3 });
  await term.take(signal);
  desk.nowMs += 10_000;
  term.hear({ journal: 'j1', node: 'j1', arrivedMs: desk.nowMs, from: signal.to, to: signal.to });
  await term.turn();
}

describe('A delivery', () => {
  it('removes an entry when the receiver took it, and says so', async () => {
    await start();
    await (await desk.begin([ERRORS])).take(new Source().signal(ERRORS, 0, { shop: 1 }));
    await eventually(() => expect(told()).toEqual(['firing shop']));
    await eventually(async () => expect(await desk.outbox()).toEqual([]));
    await eventually(() => expect(settled()).toEqual(['delivered firing']));
    expect(heard[0]?.keys).toHaveLength(1);
  });

  it('sends under the same id again when the answer was no success, or lost', async () => {
    collector.answer = () => (collector.requests.length < 3 ? 500 : 200);
    await start(0);
    await (await desk.begin([ERRORS])).take(new Source().signal(ERRORS, 0, { shop: 1 }));
    await eventually(() => expect(told()).toEqual(['firing shop']), 12_000);
    expect(ids()).toHaveLength(3);
    expect(new Set(ids()).size).toBe(1);
  }, 20_000);

  it('sends again after a crash between the answer and the removal, under the same id', async () => {
    const checkpoint = desk.documents.checkpoint('alerts');
    await (await desk.begin([ERRORS])).take(new Source().signal(ERRORS, 0, { shop: 1 }));
    const before = await checkpoint.read('outbox/');
    await start();
    await eventually(async () => expect(await desk.outbox()).toEqual([]));
    const term = await desk.begin([ERRORS]);
    await checkpoint.append(term.fence, before);
    await ask();
    await eventually(() => expect(told()).toEqual(['firing shop', 'firing shop']));
    expect(new Set(ids()).size).toBe(1);
  });

  it('tells neither begin nor end when it was over before the receiver could be told', async () => {
    await firedAndResolved();
    await start();
    await eventually(() => expect(settled()).toEqual(['replaced firing', 'not_needed resolved']));
    expect(told()).toEqual([]);
    expect(await desk.outbox()).toEqual([]);
  });

  it('tells the end of what the receiver may have been told of, though nobody knows', async () => {
    collector.answer = () => 'hang';
    await start();
    const source = new Source();
    const term = await desk.begin([TIMEOUTS]);
    const signal = source.signal(TIMEOUTS, 0, { shop: 3 });
    await term.take(signal);
    await eventually(() => expect(collector.requests).toHaveLength(1));
    // The process dies while the receiver has the message; another goes on.
    for (const end of ends.splice(0)) await end();
    coordination = new MemoryCoordination();
    collector.answer = () => 200;
    desk.nowMs += 10_000;
    term.hear({ journal: 'j1', node: 'j1', arrivedMs: desk.nowMs, from: signal.to, to: signal.to });
    await term.turn();
    await start(60_000);
    await eventually(() => expect(told()).toEqual(['resolved shop']), 8_000);
  }, 15_000);

  it('waits while receivers could not be read yet: an unknown name is no reason to give a notice up', async () => {
    const receivers = { isLoaded: false };
    await start(0, receivers);
    const term = await desk.begin([ERRORS]);
    await term.take(new Source().signal(ERRORS, 0, { a: 1 }));
    expect(settled()).toEqual([]);
    receivers.isLoaded = true;
    await eventually(() => expect(told()).toEqual(['firing a']));
  });

  it('switches an endpoint off that says it is gone', async () => {
    collector.answer = () => 410;
    await start();
    const source = new Source();
    const term = await desk.begin([ERRORS]);
    await term.take(source.signal(ERRORS, 0, { a: 1 }));
    await eventually(() => expect(settled()).toEqual(['switched_off firing']));
    await term.take(source.signal(ERRORS, 0, { b: 1 }));
    await eventually(() => expect(settled()).toEqual(['switched_off firing', 'switched_off firing']));
    expect(collector.requests).toHaveLength(1);
  });
});
