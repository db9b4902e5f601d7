import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { startKibanaDouble } from '../support/kibana-double.js';
import { type SecuredElasticsearch, startSecuredElasticsearch } from '../support/secured-elasticsearch.js';

const PROGRAM = join(import.meta.dirname, '../../dist/apps/provision/src/main.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program, with these settings and no others. */
function provision(words: string, settings: Readonly<Record<string, string>>): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', LOGWEIR_STORE_KIND: 'elasticsearch', LOGWEIR_CONFIG: '/dev/null', ...settings };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words.split(' ')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'logweir-provision-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('provisioning a secured Elasticsearch', () => {
  let server: SecuredElasticsearch;

  beforeEach(async () => {
    server = await startSecuredElasticsearch();
  });
  afterEach(() => server.close());

  it('makes a key, rotates it, and never says a secret', async () => {
    const path = join(folder, 'key');
    const settings = {
      LOGWEIR_ELASTICSEARCH_NODES: server.url,
      LOGWEIR_ELASTICSEARCH_USERNAME: 'elastic',
      LOGWEIR_ELASTICSEARCH_PASSWORD: server.password,
      LOGWEIR_PROVISION_KIBANA_PASSWORD: 'for kibana alone',
      LOGWEIR_PROVISION_API_KEY_PATH: path,
    };
    const runs = [await provision('elasticsearch', settings), await provision('elasticsearch --rotate-key', settings)];
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const keys = [...server.keys].flatMap(([id, { secret }]) => [secret, Buffer.from(`${id}:${secret}`).toString('base64')]);
    expect(keys).toHaveLength(4);
    const said = runs.map(({ stdout, stderr }) => stdout + stderr).join('');
    for (const secret of [server.password, 'for kibana alone', ...keys]) expect(said).not.toContain(secret);
    expect(keys).toContain(readFileSync(path, 'utf8').trim());
  });

  it('ends with 1 and the reason when the password is wrong', async () => {
    const settings = {
      LOGWEIR_ELASTICSEARCH_NODES: server.url,
      LOGWEIR_ELASTICSEARCH_USERNAME: 'elastic',
      LOGWEIR_ELASTICSEARCH_PASSWORD: 'x',
    };
    expect(await provision('elasticsearch', settings)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Elasticsearch answered 401/),
    });
  });
});

describeWithElasticsearch('provisioning a real Elasticsearch without security', () => {
  const namespace = `provision_${process.pid}`;
  let client: Client;
  beforeAll(() => void (client = new Client({ node: elasticsearchUrl() ?? '' })));
  afterAll(async () => {
    for (const name of [`logweir-${namespace}`, `logweir-datasets-${namespace}`]) {
      await client.indices.deleteIndexTemplate({ name }, { ignore: [404] });
    }
    await client.close();
  });

  it('says so, skips the key and writes the templates, now and again', async () => {
    const path = join(folder, 'never');
    const settings = {
      LOGWEIR_ELASTICSEARCH_NODES: elasticsearchUrl() ?? '',
      LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace,
      LOGWEIR_ELASTICSEARCH_USERNAME: 'elastic',
      LOGWEIR_ELASTICSEARCH_PASSWORD: 'nobody asks',
      LOGWEIR_PROVISION_API_KEY_PATH: path,
    };
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout, stderr } = await provision('elasticsearch', settings);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('its security is off');
    }
    expect(() => statSync(path)).toThrow('ENOENT');
    expect(await client.indices.existsIndexTemplate({ name: `logweir-${namespace}` })).toBe(true);
  });
});

it('puts everything into Kibana', async () => {
  const kibana = await startKibanaDouble();
  const { code, stdout, stderr } = await provision('kibana', { LOGWEIR_KIBANA_URL: kibana.url });
  await kibana.close();
  expect({ code, stderr, objects: kibana.objects.size, view: kibana.defaultDataView }).toEqual({
    code: 0,
    stderr: '',
    objects: 5,
    view: 'logweir',
  });
  expect(stdout).toContain('5 saved objects are in place');
});

it('writes what it would import as a file, the data view over the indices of the settings', async () => {
  const { code, stdout } = await provision('objects', { LOGWEIR_ELASTICSEARCH_INDEX: 'docker-logs-{yyyy.MM.dd}' });
  const [view, ...others] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; attributes: { title: string } });
  expect({ code, pattern: view?.attributes.title }).toEqual({ code: 0, pattern: 'docker-logs-*.*.*' });
  expect(others.map(({ id }) => id)).toContain('logweir-overview');
});

it.each([
  ['a command that there is not', 'everything', {}, /^usage: /],
  [
    'a setting that there is not',
    'kibana',
    { LOGWEIR_KIBANA_URI: 'x' },
    /LOGWEIR_KIBANA_URI: there is no such setting; did you mean LOGWEIR_KIBANA_URL/,
  ],
])('ends with 2 for %s', async (_what, words, settings, message) => {
  expect(await provision(words, settings)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
});
