import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '#libs/config';
import type { RunningService } from '#libs/service';
import { startHub } from '../../apps/hub/src/hub.js';
import { Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';

const RULES = `
rules:
  - name: any-error
    level: error
    group_by: [service]
    severity: critical
    cooldown: 1s
    annotations: { summary: '{{ group["service.name"] }} says {{ samples[0].message }}' }
  - name: many-timeouts
    where: 'message: timeout'
    count: { over: 3s, at_least: 3 }
    severity: critical
`;

let folder: string;
let collector: Collector;
let hub: RunningService;
const log: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logweir-alerts-'));
  collector = await new Collector().open();
  await mkdir(join(folder, 'rules'));
  writeFileSync(join(folder, 'rules', 'a.yml'), RULES);
  writeFileSync(
    join(folder, 'routes.yml'),
    `route: { receiver: hook, groupInterval: 1s }\nreceivers: [{ name: hook, webhook: { url: '${collector.url}' } }]\n`,
  );
  hub = await start();
  // From source, the queues have no prepared folder to begin with.
  await eventually(() => {
    if (!log.join('').includes('looking after alerts')) throw new Error('nobody looks after alerts yet');
  }, 50_000);
}, 60_000);
afterAll(async () => {
  await hub.close();
  await collector.close();
});

function start(): Promise<RunningService> {
  const env = {
    LOGWEIR_DATA_DIR: join(folder, 'data'),
    LOGWEIR_FORWARD_PORT: '0',
    LOGWEIR_JSON_PORT: '0',
    LOGWEIR_INTAKE_PORTS: '0',
    LOGWEIR_API_PORT: '0',
    LOGWEIR_ALERTS_RULES: join(folder, 'rules'),
    LOGWEIR_ALERTS_ROUTING: join(folder, 'routes.yml'),
  };
  const settings = loadSettings({ env, readFile: () => undefined });
  return startHub({ settings, write: (line) => log.push(line), now: Date.now, env });
}

async function send(...lines: readonly object[]): Promise<void> {
  const { port } = new URL((hub.addresses['json'] ?? '').replace('tcp:', 'http:'));
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await new Promise((resolve) => socket.once('close', resolve));
}

const bodies = () =>
  collector.accepted.map(
    ({ body }) => JSON.parse(body) as { status: string; alerts: { labels: Record<string, string>; annotations: Record<string, string> }[] },
  );
const of = (name: string) => bodies().filter(({ alerts }) => alerts.some(({ labels }) => labels['alertname'] === name));

describe('alerts of the hub without any server', () => {
  it('sends one webhook for a record at a level, with its labels and its text', async () => {
    await send({ level: 'error', service: 'checkout', msg: 'payment refused' });
    await eventually(() => expect(of('any-error')).toHaveLength(1), 10_000);
    const [alert] = of('any-error')[0]?.alerts ?? [];
    expect(alert?.labels).toEqual({ alertname: 'any-error', severity: 'critical', service_name: 'checkout' });
    expect(alert?.annotations['summary']).toBe('checkout says payment refused');
  });

  it('fires when a count is reached and resolves when it is not any more', async () => {
    await send(...[1, 2, 3].map((n) => ({ level: 'warn', service: 'api', msg: `timeout ${n}` })));
    await eventually(() => expect(of('many-timeouts').map(({ status }) => status)).toEqual(['firing']), 5_000);
    await eventually(() => expect(of('many-timeouts').map(({ status }) => status)).toEqual(['firing', 'resolved']), 30_000);
  }, 40_000);
});
