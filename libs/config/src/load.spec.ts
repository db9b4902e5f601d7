import { ConfigError } from './errors.js';
import { loadSettings } from './load.js';
import { redactSettings } from './show.js';

type Env = Readonly<Record<string, string>>;

function load(env: Env = {}, files: Readonly<Record<string, string>> = {}) {
  return loadSettings({ env, readFile: (path) => files[path] });
}

function mistakes(env: Env, files: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    load(env, files);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have the defaults of one process on one machine', () => {
    const settings = load();
    expect(settings.forward).toMatchObject({ host: '127.0.0.1', port: 24224 });
    expect(settings.intake.ports).toEqual([8088, 4318]);
    expect(settings.api.port).toBe(4280);
    expect(settings.store.kind).toBe('duckdb');
    expect(settings.journal.maxBytes).toBe(8 * 1024 ** 3);
    expect(settings.journal.dedupeWindow).toBe(600_000);
    expect(settings.join.traces).toBe(true);
  });

  it('take the environment over the file over the default', () => {
    const files = { 'config/logweir.yml': 'forward: { port: 1111, host: 0.0.0.0 }\nintake: { ports: [1, 2] }\n' };
    const settings = load({ LOGWEIR_FORWARD_PORT: '2222' }, files);
    expect(settings.forward).toMatchObject({ port: 2222, host: '0.0.0.0', maxConnections: 4096 });
    expect(settings.intake.ports).toEqual([1, 2]);
  });

  it('can come from another file', () => {
    expect(load({ LOGWEIR_CONFIG: 'other.yml' }, { 'other.yml': 'api: { port: 0 }' }).api.port).toBe(0);
  });

  it('are frozen, lists included', () => {
    const settings = load();
    expect([settings, settings.api, settings.intake.ports].every((value) => Object.isFrozen(value))).toBe(true);
  });

  it.each([
    ['LOGWEIR_FORWARD_PORT', 'off', 'forward', 'port', 'off'],
    ['LOGWEIR_INTAKE_PORTS', '', 'intake', 'ports', []],
    ['LOGWEIR_JOIN_TRACES', 'FALSE', 'join', 'traces', false],
    ['LOGWEIR_JOURNAL_MAX_BYTES', '1.5GiB', 'journal', 'maxBytes', 1.5 * 1024 ** 3],
    ['LOGWEIR_JOURNAL_DEDUPE_BYTES', '64MB', 'journal', 'dedupeBytes', 64_000_000],
    ['LOGWEIR_ELASTICSEARCH_REQUEST_TIMEOUT', '2m', 'elasticsearch', 'requestTimeout', 120_000],
    ['LOGWEIR_ELASTICSEARCH_NODES', 'http://a:9200, https://b', 'elasticsearch', 'nodes', ['http://a:9200', 'https://b']],
    ['LOGWEIR_STORE_KIND', 'Elasticsearch', 'store', 'kind', 'elasticsearch'],
  ])('read %s=%s', (name, text, section, key, value) => {
    const settings: Readonly<Record<string, unknown>> = load({ [name]: text });
    expect(settings[section]).toMatchObject({ [key]: value });
  });

  it('report all mistakes at once, each with its setting, its value and what is allowed', () => {
    const found = mistakes({
      LOGWEIR_FORWARD_PORT: '99999',
      LOGWEIR_JOURNAL_MAX_BYTES: 'lots',
      LOGWEIR_STORE_KIND: 'mongodb',
      LOGWEIR_TIME_ZONE: 'Mars',
    });
    expect(found).toHaveLength(4);
    expect(found).toEqual(
      expect.arrayContaining([
        'LOGWEIR_FORWARD_PORT: "99999" is not a port from 0 (a free one) to 65535, or off',
        'LOGWEIR_STORE_KIND: "mongodb" is not one of duckdb, elasticsearch',
      ]),
    );
  });

  it('name the nearest setting for one that does not exist', () => {
    expect(mistakes({ LOGWEIR_FOWARD_PORT: '1' })).toEqual([expect.stringMatching(/did you mean LOGWEIR_FORWARD_PORT\?/)]);
    expect(mistakes({}, { 'config/logweir.yml': 'forward: { prot: 1 }' })).toEqual([expect.stringMatching(/did you mean forward\.port\?/)]);
  });

  it.each(['text', '- a\n- b', 'forward: 7', '{'])('report a file that is no tree of sections: %j', (text) => {
    expect(mistakes({}, { 'config/logweir.yml': text })).not.toEqual([]);
  });

  it.each(['docker-logs-{yyyy.MM.dd}', '{namespace}-{dd-MM-yyyy}', 'a_{namespace}.{yyyy_MM_dd}-x', ''])(
    'take the index pattern %j',
    (index) => {
      expect(load({ LOGWEIR_ELASTICSEARCH_INDEX: index }).elasticsearch.index).toBe(index);
    },
  );

  it.each([
    'docker-logs',
    'docker-logs-{yyyy.MM}',
    'docker-logs-{yyyy.MM.dd.dd}',
    'docker-logs-{yyyy.yyyy.dd}',
    'docker-logs-{YYYY.MM.dd}',
    'docker-logs-{yyyyMMdd}',
    'logs{yyyy.MM.dd}',
    '{yyyy.MM.dd}-logs',
    'Docker-{yyyy.MM.dd}',
    '-docker-{yyyy.MM.dd}',
    'docker/logs-{yyyy.MM.dd}',
    'docker-*-{yyyy.MM.dd}',
    'docker-{tag}-{yyyy.MM.dd}',
    'docker-{yyyy.MM.dd',
    `docker-${'x'.repeat(150)}-{yyyy.MM.dd}`,
  ])('refuse the index pattern %j', (index) => {
    expect(mistakes({ LOGWEIR_ELASTICSEARCH_INDEX: index })).toEqual([
      expect.stringMatching(/^LOGWEIR_ELASTICSEARCH_INDEX: .* is not an index name with its UTC day in braces/),
    ]);
  });

  it.each([
    ['LOGWEIR_ELASTICSEARCH_DATASETS', 'tags'],
    ['LOGWEIR_ELASTICSEARCH_DATASETS', 'tag[10]'],
    ['LOGWEIR_ELASTICSEARCH_REPLICAS', '-1'],
    ['LOGWEIR_ELASTICSEARCH_REPLICAS', ''],
    ['LOGWEIR_ELASTICSEARCH_SHARDS', '0'],
    ['LOGWEIR_ELASTICSEARCH_ILM_POLICY', 'a b'],
    ['LOGWEIR_ELASTICSEARCH_CA', 'no certificate'],
  ])('refuse %s=%s', (name, value) => {
    expect(mistakes({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  });

  it('report contradictions between settings', () => {
    expect(mistakes({ LOGWEIR_ELASTICSEARCH_INDEX: 'x-{yyyy.MM.dd}', LOGWEIR_ELASTICSEARCH_DATASETS: 'tag' })).toEqual([
      expect.stringContaining('LOGWEIR_ELASTICSEARCH_DATASETS'),
    ]);
    expect(mistakes({ LOGWEIR_FORWARD_SECURE_PORT: '24225' })).toEqual([expect.stringContaining('LOGWEIR_FORWARD_SECURE_SHARED_KEY')]);
    expect(mistakes({ LOGWEIR_STORE_KIND: 'elasticsearch', LOGWEIR_ELASTICSEARCH_NODES: '' })).toEqual([
      'LOGWEIR_ELASTICSEARCH_NODES: at least one URL',
    ]);
  });
});

describe('secrets', () => {
  it('come from a file that *_FILE names, without its last newline', () => {
    const settings = load({ LOGWEIR_ELASTICSEARCH_PASSWORD_FILE: 'secret' }, { secret: 'hunter2\n' });
    expect(settings.elasticsearch.password).toBe('hunter2');
  });

  it('are not taken from two places, nor from a file that is missing', () => {
    const both = { LOGWEIR_ELASTICSEARCH_PASSWORD: 'a', LOGWEIR_ELASTICSEARCH_PASSWORD_FILE: 'secret' };
    expect(mistakes(both, { secret: 'b' })).toEqual([expect.stringContaining('not both')]);
    expect(mistakes({ LOGWEIR_ELASTICSEARCH_PASSWORD_FILE: 'missing' })).toEqual([expect.stringContaining('missing cannot be read')]);
  });

  it('are never shown, neither in settings nor in mistakes', () => {
    const env = { LOGWEIR_FORWARD_SECURE_SHARED_KEY: 'hunter2', LOGWEIR_FORWARD_SECURE_USERS: 'ann:hunter2' };
    expect(JSON.stringify(redactSettings(load(env)))).not.toContain('hunter2');
    expect(redactSettings(load(env))).toMatchObject({ LOGWEIR_FORWARD_SECURE_SHARED_KEY: '(secret)', LOGWEIR_ELASTICSEARCH_API_KEY: '' });
    expect(mistakes({ LOGWEIR_FORWARD_SECURE_USERS: 'hunter2' }).join()).not.toContain('hunter2');
    expect(JSON.stringify(redactSettings(load({ LOGWEIR_REDIS_URL: 'redis://:hunter2@h' })))).not.toContain('hunter2');
    expect(JSON.stringify(redactSettings(load({ LOGWEIR_ELASTICSEARCH_NODES: 'http://ann:hunter2@h' })))).not.toContain('hunter2');
  });
});

describe('variables of the command line', () => {
  it('may stand beside the settings', () => {
    const env = { LOGWEIR_URL: 'http://hub:4280', LOGWEIR_KEY: 'k', LOGWEIR_KEY_FILE: '/k', LOGWEIR_SEND_URL: 'http://hub:8088' };
    expect(() => loadSettings({ env, readFile: () => undefined })).not.toThrow();
  });
});
