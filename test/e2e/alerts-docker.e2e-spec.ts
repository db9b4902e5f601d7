import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Collector } from '../support/collector.js';
import { describeWithDocker, docker, fluentd, importImage } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';

/** What the README does: npm start, a rule, a container, and the webhook comes. */
describeWithDocker('an error that a container prints', () => {
  let hub: Hub;
  let collector: Collector;
  let folder: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    collector = await new Collector().open();
    mkdirSync(join(folder, 'rules'));
    writeFileSync(
      join(folder, 'rules', 'first.yml'),
      `rules:\n  - { name: any-error, level: error, group_by: [container], severity: critical, annotations: { summary: '{{ samples[0].message }}' } }\n`,
    );
    writeFileSync(join(folder, 'routes.yml'), `receivers: [{ name: default, webhook: { url: '${collector.url}' } }]\n`);
    hub = await startHub({
      dataDir: join(folder, 'data'),
      env: { LOGWEIR_ALERTS_RULES: join(folder, 'rules'), LOGWEIR_ALERTS_ROUTING: join(folder, 'routes.yml') },
    });
  }, 60_000);

  afterAll(async () => {
    await hub.stop();
    await collector.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('reaches the webhook as one alert with its container and its text', async () => {
    const { host, port } = hostPort(hub.addresses['forward']);
    await docker('rm', '--force', 'lw-alert').catch(() => '');
    const script = 'echo all is well; echo "ERROR payment refused" >&2; sleep 1';
    await docker('run', '--rm', '--name', 'lw-alert', ...fluentd(`${host}:${port}`), importImage(), '/bin/sh', '-c', script);
    await eventually(() => expect(collector.accepted).toHaveLength(1), 10_000);
    const { alerts } = JSON.parse(collector.accepted[0]?.body ?? '') as {
      alerts: { labels: Record<string, string>; annotations: Record<string, string> }[];
    };
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      labels: { alertname: 'any-error', severity: 'critical', container_name: 'lw-alert' },
      annotations: { summary: expect.stringContaining('payment refused') as string },
    });
  }, 60_000);
});
