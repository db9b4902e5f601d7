import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ContainersAnswer } from '#apps/api/src/containers/container-directory';
import type { ErrorAnswer } from '#apps/api/src/errors';
import { encodeMessagePack } from '#libs/protocols/forward';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';

const ONE = 'abcd'.padEnd(64, '1');
const TWO = 'abcd'.padEnd(64, '2');

/** Containers and their logs, wherever the records lie. */
function keepsContainers(env: () => Record<string, string>): void {
  const dataDir = temporaryFolder();
  let hub: Hub;
  const get = (path: string): Promise<Response> => fetch(`${hub.addresses['api']}/api/v1/containers${path}`);
  const logs = async (path: string): Promise<string> => (await get(path)).text();

  beforeAll(async () => {
    hub = await startHub({ dataDir, env: env() });
    const socket = connect(hostPort(hub.addresses['forward']));
    const seconds = Math.floor(Date.now() / 1_000);
    for (let at = 0; at < 2_300; at++) {
      const isOne = at % 2 === 0;
      const container = { container_id: isOne ? ONE : TWO, container_name: isOne ? '/one' : '/two' };
      const log = at === 2_298 ? '\u001b[31mred\u001b[0m' : `line ${at}`;
      socket.write(
        encodeMessagePack(['t', seconds - 30 + Math.floor(at / 100), { ...container, source: at % 4 < 2 ? 'stdout' : 'stderr', log }]),
      );
    }
    socket.end();
    await once(socket, 'close');
  }, 60_000);
  afterAll(async () => {
    await hub.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('are listed, and read whole, from the end and by stream', async () => {
    await eventually(async () => {
      const { items } = (await (await get('')).json()) as ContainersAnswer;
      expect(items.map(({ name, id, records }) => `${name} ${id} ${records}`).toSorted()).toEqual([`one ${ONE} 1150`, `two ${TWO} 1150`]);
    }, 20_000);
    const lines = (await logs('/one/logs')).trimEnd().split('\n');
    const numbers = Array.from({ length: 1_150 }, (_, at) => (at === 1_149 ? '\u001b[31mred\u001b[0m' : `line ${at * 2}`));
    expect(lines).toEqual(numbers);
    expect(await logs('/one/logs?tail=2')).toBe('line 2296\n\u001b[31mred\u001b[0m\n');
    expect((await logs('/two/logs?tail=1100')).split('\n')[0]).toBe('line 101');
    expect(await logs(`/${TWO}/logs?stream=stdout&tail=2`)).toBe('line 2293\nline 2297\n');
    expect((await logs('/two/logs?since=20s')).split('\n').length).toBeLessThan(1_150);
  }, 60_000);

  it('are found by the beginning of their ids, when it is one', async () => {
    expect(await logs('/abcd1/logs?tail=1')).toBe('\u001b[31mred\u001b[0m\n');
    const refused = await get('/abcd/logs');
    expect(refused.status).toBe(409);
    const { error } = (await refused.json()) as ErrorAnswer;
    expect(error.problems?.map(({ message }) => message).toSorted()).toEqual([ONE, TWO]);
    expect((await get('/three/logs')).status).toBe(404);
  });
}

describe('containers in DuckDB', () => keepsContainers(() => ({})));

describeWithElasticsearch('containers in Elasticsearch', () => {
  const namespace = `containers${process.pid}`;
  afterAll(() => fetch(`${elasticsearchUrl()}/_data_stream/logs-logweir-${namespace}`, { method: 'DELETE' }));
  keepsContainers(() => ({
    LOGWEIR_STORE_KIND: 'elasticsearch',
    LOGWEIR_ELASTICSEARCH_NODES: elasticsearchUrl() ?? '',
    LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace,
  }));
});
