import { writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { drained, numbersInStream } from '../crash/stored.js';
import { Sender } from '../crash/sender.js';
import { describeWithStandIns } from '../support/compose.js';
import { docker, fluentd, importImage } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { Services } from './services.js';

/** As in README.md; a suite must also end when nobody answers. */
const DRIVER = { 'fluentd-async': 'true', 'fluentd-sub-second-precision': 'true', 'fluentd-request-ack': 'true', mode: 'non-blocking' };
const OURS = ['ingest', 'alerter', 'api'];
const RESTARTED = ['redis', 'elasticsearch', 'ingest', 'alerter', 'api'];

interface Page {
  readonly items: readonly { readonly message: string; readonly [field: string]: unknown }[];
}

describeWithStandIns('docker compose up', () => {
  let services: Services;
  let image: string;

  /** A container of this name that prints an error over the fluentd driver. */
  const fail = async (name: string): Promise<void> => {
    const script = 'echo all is well; echo "ERROR payment refused" >&2; sleep 1';
    await docker('run', '--rm', '--name', name, ...fluentd(`127.0.0.1:${services.at.forwardPort}`, DRIVER), image, '/bin/sh', '-c', script);
  };
  const search = async (query: string): Promise<Page> => {
    const response = await fetch(`${services.at.api}/api/v1/logs?${new URLSearchParams({ q: query, from: 'now-1h' }).toString()}`);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Page;
  };
  const toldContainers = async (): Promise<string[]> =>
    (await services.messages())
      .flatMap(({ body }) => body.alerts.map(({ labels }) => labels['container_name'] ?? '?'))
      .filter((name) => name.startsWith('lw-'))
      .toSorted();

  beforeAll(async () => {
    image = importImage();
    services = await Services.up();
  }, 600_000);
  afterAll(() => services?.down(), 60_000);

  it.each(OURS)('runs %s as nobody in particular, with nothing to write to but its volumes, and nothing to build with', async (service) => {
    const { compose } = services;
    const inside = (script: string): Promise<string> => compose.run('exec', '--no-TTY', service, 'sh', '-c', script);
    expect(await inside('id -u; id -g')).toBe('1000\n1000');
    expect(await inside('grep CapEff /proc/self/status')).toMatch(/0{16}$/);
    expect(await inside('touch /app/x 2>&1 || true')).toMatch(/read-only file system/i);
    expect(await inside('touch /tmp/x /data/x && rm /tmp/x /data/x && echo written')).toBe('written');
    expect(
      await inside(
        'for it in npm npx tsc gcc make python3; do command -v $it || true; done; ls /app/node_modules | grep -x typescript || true',
      ),
    ).toBe('');
    expect(await services.inspect(service, '{{.HostConfig.RestartPolicy.Name}} {{.Config.StopTimeout}}')).toBe('unless-stopped 30');
  });

  it('has a balancer whose settings its program takes', async () => {
    const folder = join(import.meta.dirname, '../../docker/haproxy');
    const check = ['haproxy', '-c', '-q', '-f', '/haproxy/haproxy.cfg'];
    await docker('run', '--rm', '--network=none', `--volume=${folder}:/haproxy:ro`, 'logweir-test-debian', ...check);
  });

  it('keeps Elasticsearch and Redis from going anywhere else', async () => {
    expect(await docker('network', 'inspect', '--format', '{{.Internal}}', `${await project()}_back`)).toBe('true');
    expect(await services.inspect('redis', '{{len .NetworkSettings.Networks}} {{json .HostConfig.PortBindings}}')).toBe('1 {}');
  });

  it('brings what a container prints to Elasticsearch, to the API and, once, to a webhook', async () => {
    await fail('lw-first');
    await eventually(async () => expect((await search('container:lw-first')).items).toHaveLength(2), 30_000);
    const { items } = await search('container:lw-first level:error');
    expect(items.map(({ message }) => message)).toEqual([expect.stringContaining('payment refused')]);
    await eventually(async () => expect(await toldContainers()).toEqual(['lw-first']), 30_000);
    const alerts = (await services.messages()).flatMap(({ body }) => body.alerts);
    expect(alerts.find(({ labels }) => labels['container_name'] === 'lw-first')).toMatchObject({
      labels: { alertname: 'any-error', severity: 'critical' },
      annotations: { summary: expect.stringContaining('payment refused') as string },
    });
  }, 120_000);

  it('loses nothing and stores nothing twice while each service is restarted under load; alerts come once each', async () => {
    const options = { port: services.at.forwardPort, traces: false, random: Math.random, paceMs: 200 };
    const senders = [0, 1].map((id) => new Sender({ ...options, id }));
    const sending = senders.map((sender) => sender.run());
    const acknowledged = (): number => senders.reduce((sum, { acked }) => sum + acked.length, 0);
    for (const service of RESTARTED) {
      const before = acknowledged();
      await Promise.all([services.compose.run('restart', service), fail(`lw-${service}`)]);
      await services.healthy(service);
      await eventually(() => expect(acknowledged()).toBeGreaterThan(before + 300), 60_000);
    }
    for (const sender of senders) sender.stop();
    await Promise.all(sending);
    for (const service of OURS) await services.healthy(service);

    await drained({ addresses: { api: services.at.operations } });
    const stored = await numbersInStream(services.at.elasticsearch, 'default');
    expect(senders.flatMap(({ acked }) => acked).filter((number) => !stored.has(number))).toEqual([]);
    expect([...stored].filter(([, times]) => times > 1)).toEqual([]);
    const expected = ['lw-first', ...RESTARTED.map((service) => `lw-${service}`)].toSorted();
    await eventually(async () => expect(await toldContainers()).toEqual(expected), 60_000, 500);
    for (const service of RESTARTED) expect((await search(`container:lw-${service}`)).items).toHaveLength(2);
    process.stderr.write(`restart of ${RESTARTED.join(', ')}: ${acknowledged()} records acknowledged, ${stored.size} stored\n`);
  }, 600_000);

  it('has containers of the profile demo whose records are whole', async () => {
    await eventually(
      async () => expect((await search('service:shop order_id>=1 "order accepted"')).items.length).toBeGreaterThan(0),
      30_000,
    );
    const traces = async (): Promise<Page> => search('"no stock" container:*demo-worker*');
    await eventually(async () => expect((await traces()).items[0]?.message).toMatch(/no stock\n.*Stock.java:42\)\n.*Order.java:7/), 30_000);
  }, 90_000);

  /** The status with which nginx answers. */
  const askNginx = (auth?: string): Promise<number> => {
    const { port, certificate } = services.at.nginx;
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: '/api/v1/logs', ca: certificate, ...(auth && { auth }) }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
    });
  };

  it('has nginx that lets in over TLS, with a password', async () => {
    expect(await askNginx()).toBe(401);
    expect(await askNginx('logweir:wrong')).toBe(401);
    expect(await askNginx(`logweir:${services.at.nginx.password}`)).toBe(200);
  });

  // The last one: from the first key on, nobody is let in without.
  it('has keys, made by a command in a container of its image', async () => {
    const key = await services.compose.run('exec', '--no-TTY', 'api', 'logweir', 'key', 'create', '--name', 'nginx', '--role', 'read');
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await fetch(`${services.at.api}/api/v1/logs`, { headers })).status;
    await eventually(async () => expect(await status({})).toBe(401));
    expect(await status({ authorization: `Bearer ${key}` })).toBe(200);
    const user = `logweir:${services.at.nginx.password}`;
    expect(await askNginx(user)).toBe(401);
    writeFileSync(join(services.at.nginx.folder, 'api.authorization'), `set $authorization 'Bearer ${key}';\n`);
    await services.compose.run('restart', 'nginx');
    await eventually(async () => expect(await askNginx(user)).toBe(200), 20_000);
    expect(await askNginx()).toBe(401);
  }, 60_000);

  const project = async (): Promise<string> => services.inspect('redis', '{{index .Config.Labels "com.docker.compose.project"}}');
});
