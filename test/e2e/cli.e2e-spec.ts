import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeMessagePack } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { freePort } from '../support/running-program.js';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built program, as a shell starts it. */
async function logweir(args: readonly string[], { env = {}, input }: { env?: Record<string, string>; input?: string } = {}): Promise<Ran> {
  const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const ran = { out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => (ran.out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (ran.err += part.toString()));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...ran };
}

describe('logweir, beside a hub', () => {
  let hub: Hub;
  let env: Record<string, string>;
  let sent: Ran;
  const run = (...args: readonly string[]): Promise<Ran> => logweir(args, { env });
  const found = (query: string, lines: number): Promise<Ran> =>
    eventually(async () => {
      const ran = await run('search', query, '--from', 'now-1h', '--json', '--all');
      expect(ran.out.split('\n')).toHaveLength(lines + 1);
      return ran;
    });

  beforeAll(async () => {
    hub = await startHub();
    env = { LOGWEIR_URL: hub.addresses['api'] ?? '', LOGWEIR_SEND_URL: hub.addresses['intake'] ?? '', TZ: 'Asia/Seoul' };
    const container = { container_id: 'c0ffee'.padEnd(64, '1'), container_name: '/web-1', source: 'stdout' };
    const socket = connect(hostPort(hub.addresses['forward']));
    for (const log of ['first', '\u001b[32mgreen\u001b[0m', 'fourth'])
      socket.write(encodeMessagePack(['web', Math.floor(Date.now() / 1_000), { ...container, log }]));
    socket.end();
    sent = await logweir(['send', '--service', 'shop', '--level', 'error'], { env, input: 'a plain line\n\n' });
    await found('*', 4);
  }, 60_000);
  afterAll(async () => {
    await hub.stop();
    await rm(hub.dataDir, { recursive: true, force: true });
  });

  it('searches: text or JSON, oldest first, and tells when nothing was found', async () => {
    const { code, out } = await run('search', 'service:shop');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d{4}-.*Z ERROR shop: a plain line\n$/);
    const json = (await found('container:web-1', 3)).out.trim().split('\n');
    expect(json.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['first', 'green', 'fourth']);
    expect(await run('search', 'container:web-1', '-n', '1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('fourth'),
      err: expect.stringContaining('the newest 1 of 3'),
    });
    expect(await run('search', 'nowhere', '--filter', 'level:warn')).toEqual({ code: 1, out: '', err: '' });
  });

  it('reads the logs of a container by name or id', async () => {
    expect(await run('logs', 'web-1')).toEqual({ code: 0, out: 'first\n\u001b[32mgreen\u001b[0m\nfourth\n', err: '' });
    expect((await run('logs', 'c0ffee', '-n', '1', '-t')).out).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z fourth\n$/);
    expect(await run('logs', 'web-1', '--until', '1h')).toEqual({ code: 1, out: '', err: '' });
    // Of the person's own clock: an hour ago in Seoul.
    const ago = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19);
    expect((await run('logs', 'web-1', '--since', ago)).out).toContain('first');
    expect((await run('logs', 'web-1', '--until', ago)).code).toBe(1);
    expect(await run('logs', 'wob-1')).toMatchObject({ code: 1, err: expect.stringContaining('did you mean web-1?') });
  });

  it('lists containers', async () => {
    const { out } = await run('containers');
    expect(out).toMatch(/^ID +IMAGE +RECORDS +LAST +NAME\nc0ffee111111 +3 +\d{4}-\d\d-\d\dT[\d:]{8} +web-1\n$/);
    expect((await run('containers', '--to', 'now-1d')).code).toBe(1);
  });

  it('tells fields, their values and patterns', async () => {
    const { code, out } = await run('fields');
    expect(code).toBe(0);
    expect(out).toMatch(/^NAME +TYPE +RECORDS +EXAMPLE\n/);
    expect(out).toMatch(/\ncontainer\.name +keyword +3 +web-1\n/);
    expect(out.split('\n').some((line) => line.startsWith('message '))).toBe(true);
    expect(await run('fields', 'service', '-q', 'container:*')).toMatchObject({
      code: 0,
      out: 'COUNT  SHARE    VALUE\n3      100.0 %  web-1\n',
    });
    expect((await run('fields', 'container.name', '--json')).out.trim()).toBe(JSON.stringify({ value: 'web-1', count: 3, share: 0.75 }));
    expect(await run('fields', 'nothing.like.it')).toMatchObject({ code: 1, out: '' });
    expect((await run('patterns', 'service:shop')).out).toMatch(
      /^COUNT +SHARE +LEVEL +SERVICES +PATTERN\n1 +100\.0 % +error +shop +a plain line\n$/,
    );
    expect(await run('patterns', 'nowhere')).toMatchObject({ code: 1, out: '' });
  });

  it('validates queries, pointing at the mistake', async () => {
    expect(await run('validate', 'log.level:error')).toMatchObject({ code: 0, out: 'valid, also in Kibana\nlooks at log.level\n' });
    const wrong = await run('validate', 'level=error');
    expect(wrong).toMatchObject({ code: 1, out: expect.stringMatching(/^level=error\n {5}\^\nKQL has no "="/) });
    expect(await run('search', 'level=error')).toMatchObject({ code: 4, err: expect.stringContaining('KQL has no "="') });
  });

  it('sends lines of stdin', () => {
    expect(sent).toEqual({ code: 0, out: '', err: '1 lines sent\n' });
  });

  it('sends files, long and broken lines too, each line once', async () => {
    const file = path.join(hub.dataDir, 'lines.txt');
    const lines = [
      ...Array.from({ length: 3_000 }, (_, at) => `row ${at} ${'x'.repeat(1_000)}`),
      '{"half":',
      `long ${'y'.repeat(2 << 20)}`,
    ];
    await writeFile(file, `${lines.join('\r\n')}\r\n`);
    expect(await run('send', '--service', 'rows', file)).toEqual({ code: 0, out: '', err: '3002 lines sent\n' });
    await found('service:rows', 3_002);
    expect((await run('search', 'service:rows half')).out).toContain('{"half":');
  }, 60_000);

  it('ends quietly when its reader has enough', async () => {
    const child = spawn(
      'bash',
      ['-c', 'node dist/apps/cli/src/main.js search service:rows --all --json | head -1; echo "${PIPESTATUS[0]}"'],
      {
        env: { PATH: process.env['PATH'] ?? '', ...env },
      },
    );
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.stderr.on('data', (part: Buffer) => (text += part.toString()));
    await once(child, 'close');
    expect(text.trim().split('\n').at(-1)).toBe('0');
  });

  it('looks at the machine as the doctor does', async () => {
    const { code, out } = await logweir(['doctor', '--json'], { env: { ...env, LOGWEIR_DATA_DIR: hub.dataDir, LOGWEIR_API_PORT: '1' } });
    expect([0, 1]).toContain(code);
    expect((JSON.parse(out) as { part: string }[]).map(({ part }) => part)).toContain('machine');
  });
});

/** One that goes on until it is ended. */
function begin(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const written = { out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => (written.out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (written.err += part.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    written,
    closed: closed.then(([code]) => code),
    end: async () => {
      child.kill('SIGINT');
      return (await closed)[0];
    },
  };
}

describe('logweir, following', () => {
  const dataDir = temporaryFolder();
  let hub: Hub;
  let ports: Record<string, string>;
  let env: Record<string, string>;
  let lines = 0;
  const start = async (): Promise<void> => {
    hub = await startHub({ dataDir, env: ports });
    env = { LOGWEIR_URL: hub.addresses['api'] ?? '' };
  };
  /** Numbered lines of a container. */
  const print = async (name: string, count: number): Promise<void> => {
    const socket = connect(hostPort(hub.addresses['forward']));
    const container = { container_id: name.padEnd(64, '0'), container_name: `/${name}`, source: 'stdout' };
    for (let at = 0; at < count; at++)
      socket.write(encodeMessagePack([name, Math.floor(Date.now() / 1_000), { ...container, log: `${name} ${lines++}` }]));
    socket.end();
    await once(socket, 'close');
  };
  const numbers = (text: string): number[] => [...text.matchAll(/web (\d+)$/gm)].map(([, number]) => Number(number));
  const from = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, at) => first + at);

  beforeAll(async () => {
    ports = { LOGWEIR_API_PORT: String(await freePort()), LOGWEIR_FORWARD_PORT: String(await freePort()) };
    await start();
  }, 60_000);
  afterAll(async () => {
    await hub.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('shows what a container printed and goes on, each line once and in order', async () => {
    await print('web', 1_500);
    // Nobody can follow a container of which nothing is stored.
    await eventually(async () => expect((await fetch(`${hub.addresses['api']}/api/v1/containers/web/logs?tail=1`)).status).toBe(200));
    const all = begin(['logs', '-f', 'web'], env);
    const some = begin(['logs', '-f', '-n', '3', 'web'], env);
    for (let turn = 0; turn < 5; turn++) await print('web', 300);
    await print('cart', 5);
    await print('web', 1);
    await eventually(() => expect(numbers(all.written.out).at(-1)).toBe(lines - 1));
    expect(numbers(all.written.out)).toEqual([...from(0, 3_000), lines - 1]);
    await eventually(() => expect(numbers(some.written.out).at(-1)).toBe(lines - 1));
    const shown = numbers(some.written.out);
    expect(shown).toEqual([...from(shown[0] ?? 0, 3_000), lines - 1]);
    const fresh = begin(['logs', '-f', '-n', '0', 'web'], env);
    await eventually(async () => {
      await print('web', 1);
      expect(numbers(fresh.written.out).length).toBeGreaterThan(0);
    });
    expect(numbers(fresh.written.out)[0]).toBeGreaterThan(3_000);
    expect(await Promise.all([all.end(), some.end(), fresh.end()])).toEqual([130, 130, 130]);
  }, 60_000);

  it('tails, and goes on without gap or double when the hub was restarted; who follows a container is told', async () => {
    const first = lines;
    const tail = begin(['tail', 'container:web', '--since', '1h'], env);
    const logs = begin(['logs', '-f', 'web', '-n', '0'], env);
    await print('web', 100);
    await eventually(() => expect(numbers(tail.written.out).at(-1)).toBe(first + 99));
    await hub.stop();
    expect(await logs.closed).toBe(5);
    expect(logs.written.err).toContain('what was printed is not all');
    await start();
    await print('web', 100);
    await eventually(() => expect(numbers(tail.written.out).at(-1)).toBe(first + 199), 20_000);
    const shown = numbers(tail.written.out);
    expect(shown).toEqual([...new Set(shown)]);
    expect(shown.slice(-200)).toEqual(from(first, first + 200));
    expect(tail.written.err).toContain('trying again');
    expect(await tail.end()).toBe(130);
  }, 90_000);
});

describe('logweir, where things go wrong', () => {
  it('tells an answer that broke off from a whole one', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('half of it\n', () => setTimeout(() => response.destroy(), 50));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ran = await logweir(['logs', 'web', '--url', url]);
    expect(ran).toMatchObject({ code: 5, out: 'half of it\n', err: expect.stringContaining('what was printed is not all') });
    server.close();
  });

  it('sends its key, says when it is refused, and tries a full door again under the same key', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      request.resume();
      asked.push(request.headers.authorization, request.headers['idempotency-key'] as string | undefined);
      const isFull = request.url === '/ingest' && asked.length <= 4;
      const status = request.url === '/ingest' ? (isFull ? 429 : 200) : 403;
      const refusal = { error: { code: 'x', message: 'not with this key' } };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? { accepted: 1, rejected: 0 } : refusal));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sent = await logweir(['send', '--to', url, '--key', 'k1'], { input: 'a line' });
    expect(sent).toEqual({ code: 0, out: '', err: '1 lines sent\n' });
    expect(asked.filter((_, at) => at % 2 === 0)).toEqual(['Bearer k1', 'Bearer k1', 'Bearer k1']);
    expect(new Set(asked.filter((_, at) => at % 2 === 1)).size).toBe(1);
    expect(await logweir(['search', '--url', url], { env: { LOGWEIR_KEY: 'k2' } })).toMatchObject({
      code: 4,
      err: 'logweir: not with this key\n',
    });
    expect(asked.at(-2)).toBe('Bearer k2');
    server.close();
  });
});
