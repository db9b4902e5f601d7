import { rm } from 'node:fs/promises';
import { docker, describeWithDocker, fluentd, importImage } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../../bench/rig.js';
import { hostPort, startHub, temporaryFolder } from '../support/hub.js';
import type { Hub } from '../support/hub.js';

interface Item {
  readonly message: string;
  readonly stream: string;
  readonly log?: { readonly level?: string };
  readonly container: { readonly id: string; readonly name: string };
  readonly error?: { readonly type?: string; readonly stack_trace?: string };
  readonly '@timestamp': string;
  readonly labels?: Readonly<Record<string, string>>;
}

async function search(hub: Hub, q: string): Promise<Item[]> {
  const query = new URLSearchParams({ q, from: 'now-1h', to: 'now+1h', limit: '1000', order: 'asc' });
  const response = await fetch(`${hub.addresses['api']}/api/v1/logs?${query.toString()}`);
  const body = (await response.json()) as { items?: Item[] };
  if (!body.items) throw new Error(JSON.stringify(body));
  return body.items;
}

describeWithDocker('real containers with --log-driver fluentd', () => {
  let hub: Hub;
  let image: string;
  let address: string;
  let env: Record<string, string>;

  const shell = async (name: string, options: Record<string, string>, script: string, flags: string[] = []): Promise<string> => {
    // One of an earlier run that was broken off.
    await docker('rm', '--force', name).catch(() => '');
    return docker('run', '--rm', '--name', name, ...flags, ...fluentd(address, options), image, '/bin/sh', '-c', script);
  };

  beforeAll(async () => {
    image = importImage();
    const dataDir = temporaryFolder();
    env = { LOGWEIR_FORWARD_PORT: String(await freePort()), LOGWEIR_API_PORT: String(await freePort()), LOGWEIR_DATA_DIR: dataDir };
    hub = await startHub({ dataDir, env });
    const { host, port } = hostPort(hub.addresses['forward']);
    address = `${host}:${port}`;
  }, 60_000);

  afterAll(async () => {
    await hub.stop();
    await rm(hub.dataDir, { recursive: true, force: true });
  });

  it('finds the lines of a container with the default options by REST', async () => {
    await shell(
      'lw-default',
      {},
      `echo hello from docker; echo '{"level":50,"msg":"pino speaks","order_id":7}' >&2; echo '서버에서 보낸 줄'`,
    );
    const items = await eventually(async () => {
      const found = await search(hub, 'container:lw-default');
      expect(found).toHaveLength(3);
      return found;
    });
    const pino = items.find((item) => item.message === 'pino speaks');
    expect(pino).toMatchObject({ stream: 'stderr', log: { level: 'error' }, container: { name: 'lw-default' } });
    expect(await search(hub, 'container:lw-default order_id:7')).toHaveLength(1);
    expect(await search(hub, 'container:lw-default 서버에서')).toHaveLength(1);
  }, 60_000);

  it('acknowledges async, sub-second lines and keeps labels and environment', async () => {
    const options = {
      'fluentd-async': 'true',
      'fluentd-request-ack': 'true',
      'fluentd-sub-second-precision': 'true',
      tag: 'shop.{{.Name}}',
      labels: 'team',
      env: 'REGION',
    };
    const flags = ['--label', 'team=payments', '--env', 'REGION=eu'];
    await shell('lw-ack', options, 'for i in $(seq 1 50); do echo line $i of fifty; done; sleep 1', flags);
    const items = await eventually(async () => {
      const found = await search(hub, 'container:lw-ack');
      expect(found).toHaveLength(50);
      return found;
    });
    expect(items.map((item) => item.message)).toEqual(Array.from({ length: 50 }, (_, at) => `line ${at + 1} of fifty`));
    expect(items.some((item) => !item['@timestamp'].endsWith('.000000000Z'))).toBe(true);
    expect(items.map((item) => item.labels)).toEqual(items.map(() => ({ team: 'payments', REGION: 'eu' })));
    expect(await search(hub, 'tag:shop.lw-ack labels.team:payments line')).toHaveLength(50);
  }, 60_000);

  it('strips the carriage return that a terminal adds', async () => {
    await shell('lw-tty', {}, 'echo typed on a terminal', ['--tty']);
    await eventually(async () =>
      expect((await search(hub, 'container:lw-tty')).map((item) => item.message)).toEqual(['typed on a terminal']),
    );
  }, 60_000);

  it('joins 40 kB lines of both streams, interleaved', async () => {
    const line = (letter: string): string => `head -c 40000 /dev/zero | tr '\\0' '${letter}'; echo`;
    await shell('lw-long', {}, `(${line('o')}) & (${line('e')}) >&2 & wait`);
    await eventually(async () => {
      const found = await search(hub, 'container:lw-long');
      const texts = Object.fromEntries(found.map((item) => [item.stream, item.message]));
      expect(found).toHaveLength(2);
      expect(texts).toEqual({ stdout: 'o'.repeat(40_000), stderr: 'e'.repeat(40_000) });
    });
  }, 60_000);

  it('joins a stack trace into one record', async () => {
    const trace = [
      'java.lang.IllegalStateException: Order 8841 is closed',
      '\\tat shop.Order.close(Order.java:214)',
      '\\tat java.base/java.lang.Thread.run(Thread.java:1583)',
    ];
    await shell('lw-trace', {}, `printf 'before\\n${trace.join('\\n')}\\nafter\\n'; sleep 0.3`);
    await eventually(async () => {
      const found = await search(hub, 'container:lw-trace');
      expect(found).toHaveLength(3);
      expect(found[1]).toMatchObject({ log: { level: 'error' }, error: { type: 'java.lang.IllegalStateException' } });
      expect(found[1]?.error?.stack_trace).toBe(trace.join('\n').replaceAll('\\t', '\t'));
    });
  }, 60_000);

  it('loses nothing that was acknowledged when the hub restarts in the middle', async () => {
    const options = { 'fluentd-async': 'true', 'fluentd-request-ack': 'true' };
    const finished = shell('lw-restart', options, 'for i in $(seq 1 200); do echo number $i; sleep 0.02; done; sleep 3');
    await eventually(async () => expect((await search(hub, 'container:lw-restart')).length).toBeGreaterThan(20), 30_000);
    await hub.kill();
    hub = await startHub({ dataDir: hub.dataDir, env });
    await finished;
    await eventually(async () => {
      const messages = (await search(hub, 'container:lw-restart')).map((item) => item.message);
      expect(new Set(messages).size).toBe(200);
      expect(messages).toHaveLength(200);
    }, 20_000);
  }, 120_000);
});
