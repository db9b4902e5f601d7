import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadSettings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { examine } from '../../apps/doctor/src/doctor.js';
import type { Finding } from '../../apps/doctor/src/finding.js';
import { exitCodeOf } from '../../apps/doctor/src/report.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { describeWithRedis, startRedis } from '../support/redis.js';
import { freePort } from '../support/running-program.js';

interface Examined {
  readonly code: number;
  readonly findings: readonly Finding[];
}

const folder = temporaryFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));

const settingsOf = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  LOGWEIR_FORWARD_PORT: '0',
  LOGWEIR_JSON_PORT: '0',
  LOGWEIR_INTAKE_PORTS: '',
  LOGWEIR_DATA_DIR: join(folder, 'data'),
  LOGWEIR_ALERTS_RULES: join(folder, 'none'),
  ...env,
});

async function doctor(given: Readonly<Record<string, string>>): Promise<Examined> {
  const env = settingsOf(given);
  const settings = loadSettings({ env, readFile: readOptional });
  const findings = await examine({ settings, env, now: Date.now, nodeVersion: process.version });
  return { code: exitCodeOf(findings), findings };
}

/** The built program, as `npm run doctor` starts it. */
function program(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...settingsOf(env) } };
    execFile(process.execPath, ['dist/apps/doctor/src/main.js', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
  });
}

const broken = ({ findings }: Examined): string[] =>
  findings.filter(({ verdict }) => verdict === 'fail').map(({ part, says }) => `${part}: ${says}`);

describe('the doctor', () => {
  let port: string;
  beforeAll(async () => {
    port = String(await freePort());
  });

  it('has nothing to mend where nothing was set or started yet', async () => {
    const examined = await doctor({ LOGWEIR_API_PORT: port });
    expect([examined.code, broken(examined)]).toEqual([0, []]);
    expect(examined.findings).toContainEqual(expect.objectContaining({ part: 'process', verdict: 'warn' }));
  });

  it('tells every mistake of the settings and ends with 2', async () => {
    const { code, text } = await program({ LOGWEIR_API_PORT: 'many', LOGWEIR_LOG_LEVEL: 'loud' });
    expect([code, text]).toEqual([2, expect.stringMatching(/2 mistakes[^]*LOGWEIR_LOG_LEVEL[^]*LOGWEIR_API_PORT/)]);
  });

  it('says of each part in a line how it is, and what to do', async () => {
    const rules = join(folder, 'rules');
    await mkdir(rules, { recursive: true });
    await writeFile(join(rules, 'a.yml'), 'rules:\n  - name: wrong\n    level: erro\n');
    await writeFile(join(folder, 'routes.yml'), 'receivers:\n  - name: ops\n    webhook: { url: "${NO_SUCH_URL}" }\n');
    const env = { LOGWEIR_API_PORT: port, LOGWEIR_ALERTS_RULES: rules, LOGWEIR_ALERTS_ROUTING: join(folder, 'routes.yml') };
    const { code, text } = await program(env);
    expect(code).toBe(1);
    expect(text).toMatch(/^FAIL {2}rules .*a\.yml:3:12: rule "wrong", level: "erro" is not allowed; did you mean "error"\?\n +→ mend it/m);
    expect(text).toMatch(/^FAIL {2}routes .*receiver ops: .*NO_SUCH_URL/m);
    expect(text).toMatch(/\n\d+ well, \d+ to look at, [2-9] broken\n$/);
    const json = await program(env, ['--json']);
    expect(JSON.parse(json.text)).toContainEqual(expect.objectContaining({ part: 'rules', verdict: 'fail' }));
  });

  it('finds another program on one of our ports', async () => {
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const taken = String((other.address() as AddressInfo).port);
    const door = await doctor({ LOGWEIR_API_PORT: port, LOGWEIR_JSON_PORT: taken });
    expect(broken(door)).toEqual([`process: port ${taken} of the json door (127.0.0.1) is taken by another program`]);
    const api = await doctor({ LOGWEIR_API_PORT: taken });
    expect(broken(api)).toEqual([`process: what answers at http://127.0.0.1:${taken} is not Logweir`]);
    other.closeAllConnections();
    other.close();
  });

  it('has words for a data folder that cannot be used, and for a disk that is too small', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(broken(await doctor({ LOGWEIR_API_PORT: port, LOGWEIR_DATA_DIR: join(folder, 'file') }))).toEqual([
      `data folder: ${join(folder, 'file')} is a file`,
    ]);
    await mkdir(join(folder, 'data'), { recursive: true });
    const floor = await doctor({ LOGWEIR_API_PORT: port, LOGWEIR_JOURNAL_FREE_FLOOR: '1000TiB' });
    expect(broken(floor)).toEqual([expect.stringMatching(/^data folder: .* free: below LOGWEIR_JOURNAL_FREE_FLOOR/)]);
    const growth = await doctor({ LOGWEIR_API_PORT: port, LOGWEIR_JOURNAL_MAX_BYTES: '1000TiB' });
    expect(growth.findings).toContainEqual(expect.objectContaining({ part: 'data folder', verdict: 'warn' }));
  });

  describe('beside a running Logweir', () => {
    let hub: Hub;
    beforeAll(async () => {
      hub = await startHub();
    });
    afterAll(() => hub.stop());

    it('asks it how it is, and knocks at its doors', async () => {
      const portOf = (name: string): string => String(hostPort(hub.addresses[name]).port);
      const env = { LOGWEIR_DATA_DIR: hub.dataDir, LOGWEIR_API_PORT: portOf('api'), LOGWEIR_FORWARD_PORT: portOf('forward') };
      const examined = await doctor(env);
      expect([examined.code, broken(examined)]).toEqual([0, []]);
      const said = examined.findings.filter(({ part }) => part === 'process').map(({ says }) => says);
      expect(said).toEqual([expect.stringMatching(/^ready at http/), expect.stringMatching(/^forward door open/)]);
      const shut = await doctor({ ...env, LOGWEIR_FORWARD_PORT: port });
      expect(broken(shut)).toEqual([expect.stringMatching(/^process: forward door at .* does not answer: .*ECONNREFUSED/)]);
    });
  });

  describeWithRedis('with a Redis', () => {
    it('refuses one that throws keys away, and advises on the rest', async () => {
      const redis = await startRedis({ maxmemoryPolicy: 'allkeys-lru', appendfsync: 'everysec' });
      const evicting = await doctor({ LOGWEIR_API_PORT: port, LOGWEIR_REDIS_URL: redis.url });
      expect(broken(evicting)).toEqual([expect.stringMatching(/^redis: .*allkeys-lru.*noeviction/)]);
      await redis.close();
      const away = await doctor({ LOGWEIR_API_PORT: port, LOGWEIR_REDIS_URL: 'redis://:secret-word@127.0.0.1:1' });
      expect([away.code, broken(away)]).toEqual([1, [expect.stringMatching(/^redis: .*ECONNREFUSED/)]]);
      expect(JSON.stringify(away)).not.toContain('secret-word');
    });
  });

  describeWithElasticsearch('with an Elasticsearch', () => {
    const url = elasticsearchUrl() ?? '';

    it('asks each node by itself', async () => {
      const env = { LOGWEIR_API_PORT: port, LOGWEIR_STORE_KIND: 'elasticsearch', LOGWEIR_ELASTICSEARCH_NAMESPACE: 'doctor' };
      const well = await doctor({ ...env, LOGWEIR_ELASTICSEARCH_NODES: url });
      expect([well.code, broken(well)]).toEqual([0, []]);
      const half = await doctor({ ...env, LOGWEIR_ELASTICSEARCH_NODES: `${url},http://127.0.0.1:${port}` });
      expect(broken(half)).toEqual([expect.stringMatching(/^elasticsearch: 127\.0\.0\.1:\d+: no answer/)]);
    });
  });
});
