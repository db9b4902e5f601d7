/** What Elasticsearch itself does: each on a real node. */
import { eventually } from '../support/eventually.js';
import type { FaultCase } from './fault-case.js';
import type { Stage } from './stage.js';

const settings = (values: object) => async (stage: Stage) => {
  await stage.ask('PUT', `/${stage.stream}/_settings`, values);
};
const cluster = (values: object) => async (stage: Stage) => {
  await stage.ask('PUT', '/_cluster/settings', { persistent: values });
};

/** Other writers that fill the node's queue, until told to stop. */
class Crowd {
  private static readonly WRITERS = 12;
  private stopped = false;
  private writing: Promise<void>[] = [];

  begin = (stage: Stage): void => {
    const body = '{"create":{}}\n{"message":"crowd"}\n'.repeat(1_500);
    const headers = { 'content-type': 'application/x-ndjson' };
    const write = async (): Promise<void> => {
      while (!this.stopped)
        await (await fetch(`${stage.node.url}/crowd/_bulk?filter_path=errors`, { method: 'POST', headers, body })).text();
    };
    this.stopped = false;
    this.writing = Array.from({ length: Crowd.WRITERS }, write);
  };

  end = async (stage: Stage): Promise<void> => {
    this.stopped = true;
    await Promise.all(this.writing);
    await stage.ask('DELETE', '/crowd');
  };
}

/** Nothing is on its way while `deed` is done: what was stored until then is gone by hand. */
async function withoutStream(stage: Stage, deed: () => Promise<unknown>): Promise<void> {
  stage.proxy.fault = 'cut before';
  await eventually(() => {
    if (stage.proxy.met === 0 || stage.proxy.underWay > 0) throw new Error('records are still on their way to the stream');
  });
  for (const number of (await stage.stored()).keys()) stage.takenByHand.add(number);
  await stage.ask('DELETE', `/_data_stream/${stage.stream}`);
  await deed();
  stage.proxy.fault = 'none';
}

const isStream = async (stage: Stage): Promise<string[]> =>
  stage.ask('GET', `/_data_stream/${stage.stream}`).then(
    () => [],
    (error: Error) => [`there is no data stream any more: ${error.message}`],
  );

const crowd = new Crowd();
const STRICT_ID = {
  template: { mappings: { properties: { container: { properties: { id: { type: 'long', ignore_malformed: false } } } } } },
};

export const CASES_OF_THE_SERVER: readonly FaultCase[] = [
  {
    name: 'overloaded (429 for items and requests)',
    cast: 'narrow',
    begin: crowd.begin,
    end: crowd.end,
    logs: /overloaded \(429\)/,
  },
  {
    name: 'circuit breaker (429)',
    cast: 'narrow',
    begin: cluster({ 'indices.breaker.total.limit': '1%' }),
    end: cluster({ 'indices.breaker.total.limit': null }),
    says: /overloaded \(429\).*Data too large/,
  },
  {
    name: 'a field mapped otherwise by hand (400 for some items)',
    cast: 'narrow',
    before: async (stage) => void (await stage.ask('PUT', '/_component_template/logweir@custom', STRICT_ID)),
    begin: () => undefined,
    end: async (stage) => void (await stage.ask('PUT', '/_component_template/logweir@custom', { template: {} })),
    deadLetters: {
      reason: /failed to parse field \[container\.id\] of type \[long\]/,
      correct: (record) => ({ ...record, container: { id: '42' } }),
    },
  },
  {
    name: 'disk past the flood stage (429 for items)',
    cast: 'sturdy',
    begin: settings({ 'index.blocks.read_only_allow_delete': true }),
    end: settings({ 'index.blocks.read_only_allow_delete': null }),
    says: /flood stage: free space or add a node/,
  },
  {
    name: 'index.blocks.write (403 for items)',
    cast: 'sturdy',
    begin: settings({ 'index.blocks.write': true }),
    end: settings({ 'index.blocks.write': null }),
    says: /block was set by hand/,
  },
  {
    name: 'cluster.blocks.read_only (403)',
    cast: 'narrow',
    begin: cluster({ 'cluster.blocks.read_only': true }),
    end: cluster({ 'cluster.blocks.read_only': null }),
    says: /block was set by hand/,
  },
  {
    name: 'no room for another shard (400 for items)',
    cast: 'narrow',
    // In this order: a record that comes between the two would roll the stream over while there is room.
    begin: async (stage) => {
      await cluster({ 'cluster.max_shards_per_node': 1 })(stage);
      await stage.ask('POST', `/${stage.stream}/_rollover?lazy=true`);
    },
    end: cluster({ 'cluster.max_shards_per_node': null }),
    says: /shards/,
  },
  {
    name: 'stream deleted',
    cast: 'sturdy',
    begin: (stage) => withoutStream(stage, async () => undefined),
    end: () => undefined,
    check: isStream,
  },
  {
    name: 'stream and template deleted',
    cast: 'sturdy',
    begin: (stage) => withoutStream(stage, () => stage.ask('DELETE', `/_index_template/logweir-${stage.namespace}`)),
    end: () => undefined,
    check: isStream,
  },
];
