import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/running-program.js';
import { type SecuredElasticsearch, startSecuredElasticsearch } from '../../../test/support/secured-elasticsearch.js';
import { provisionElasticsearch } from './provision-elasticsearch.js';
import { rehearse } from './rehearsal.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'logweir-provision-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('provisioning a secured Elasticsearch', () => {
  let server: SecuredElasticsearch;
  let path: string;
  let run = 0;

  beforeEach(async () => {
    server = await startSecuredElasticsearch();
    path = join(folder, `key-${(run += 1)}`);
  });
  afterEach(() => server.close());

  const ask = (more: Readonly<Record<string, string>> = {}, rotateKey = false) =>
    rehearse((options) => provisionElasticsearch(options, { rotateKey }), {
      LOGWEIR_ELASTICSEARCH_NODES: server.url,
      LOGWEIR_ELASTICSEARCH_USERNAME: 'elastic',
      LOGWEIR_ELASTICSEARCH_PASSWORD: server.password,
      LOGWEIR_PROVISION_KIBANA_PASSWORD: 'for kibana alone',
      LOGWEIR_PROVISION_API_KEY_PATH: path,
      ...more,
    });
  const keyId = (): string => Buffer.from(readFileSync(path, 'utf8'), 'base64').toString('utf8').split(':')[0] ?? '';

  it('sets the password of Kibana, writes the least role, a key of its owner only, and the templates', async () => {
    const { error, said } = await ask();
    expect(error).toBe('');
    expect(server.passwords).toEqual(new Map([['kibana_system', 'for kibana alone']]));
    const { cluster, indices } = server.roles.get('logweir') ?? {};
    expect({ cluster, indices }).toEqual({
      cluster: ['monitor', 'manage_index_templates'],
      indices: [
        { names: ['logs-logweir*-default'], privileges: ['create_doc', 'read', 'delete', 'manage'] },
        { names: ['logweir-documents-default', 'logweir-documents-default-*'], privileges: ['read', 'write', 'manage'] },
      ],
    });
    expect(server.keys.get(keyId())?.role).toEqual({ cluster, indices });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const written = server.asked.filter(({ method }) => method === 'PUT').map((asked) => asked.path.split('?', 1)[0]);
    expect(written).toEqual(expect.arrayContaining(['/_component_template/logweir%40mappings', '/_index_template/logweir-default']));
    expect(said).toContain('a new API key is in');
  });

  it('keeps a key that still works, and everything else as it is', async () => {
    await ask();
    const key = readFileSync(path, 'utf8');
    const { error, said } = await ask();
    expect({ error, key: readFileSync(path, 'utf8'), keys: server.keys.size }).toEqual({ error: '', key, keys: 1 });
    expect(said).toMatch(/still works: kept/);
  });

  it.each([
    ['is not known to the server', () => Buffer.from('gone:secret').toString('base64')],
    ['is none at all', () => 'not a key\u0000\n'],
    ['may do less than this version needs', () => server.makeKey({ cluster: ['monitor'], indices: [] })],
  ])('makes a new key when the one in the file %s', async (_what, old) => {
    writeFileSync(path, old());
    chmodSync(path, 0o644);
    const { error } = await ask();
    expect({ error, known: server.keys.has(keyId()), mode: statSync(path).mode & 0o777 }).toEqual({ error: '', known: true, mode: 0o600 });
  });

  it('rotates a key when told to, and leaves the old one a day', async () => {
    await ask();
    const old = keyId();
    const { error, said } = await ask({}, true);
    expect(error).toBe('');
    expect(keyId()).not.toBe(old);
    expect(server.keys.get(old)?.expiration).toBe('1d');
    expect(server.keys.get(keyId())?.expiration).toBeUndefined();
    expect(said).toMatch(/ends in a day/);
  });

  it('waits while the server is not ready, and says why once', async () => {
    server.unavailable = 4;
    const { error, said } = await ask();
    expect(error).toBe('');
    expect(said.match(/^waiting: /gm)).toHaveLength(1);
  });

  it('ends at once with 1 when the password is wrong', async () => {
    const { error } = await ask({ LOGWEIR_ELASTICSEARCH_PASSWORD: 'wrong' });
    expect(error).toMatch(/^Elasticsearch answered 401: check LOGWEIR_ELASTICSEARCH_USERNAME/);
    expect(server.asked).toHaveLength(1);
  });

  it('ends with 1 and the reason when there is no server within its time', async () => {
    const port = await freePort();
    const { error } = await ask({ LOGWEIR_ELASTICSEARCH_NODES: `http://127.0.0.1:${port}`, LOGWEIR_PROVISION_TIMEOUT: '1s' });
    expect(error).toMatch(/^gave up after 1 s .*no answer from Elasticsearch/);
  });

  it('ends with 1 and what to do when the key cannot be written, and leaves no key that nobody has', async () => {
    const { error } = await ask({ LOGWEIR_PROVISION_API_KEY_PATH: join(folder, 'nowhere', 'key') });
    expect(error).toMatch(/nowhere\/key cannot be written \(ENOENT\): make the folder/);
    expect(server.keys.size).toBe(0);
  });

  it('makes no password, role or key without a user, and still writes the templates', async () => {
    const key = server.makeKey({ cluster: ['monitor', 'manage_index_templates'], indices: [] });
    const { error, said } = await ask({
      LOGWEIR_ELASTICSEARCH_USERNAME: '',
      LOGWEIR_ELASTICSEARCH_PASSWORD: '',
      LOGWEIR_ELASTICSEARCH_API_KEY: key,
    });
    expect({ error, roles: server.roles.size, keys: server.keys.size }).toEqual({ error: '', roles: 0, keys: 1 });
    expect(said).toMatch(/are left as they are[^]*templates of namespace default are in place/);
  });
});
