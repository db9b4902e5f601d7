import { startKibanaDouble, type KibanaDouble } from '../../../test/support/kibana-double.js';
import { provisionKibana } from './provision-kibana.js';
import { rehearse } from './rehearsal.fixture.js';

describe('provisioning Kibana', () => {
  let kibana: KibanaDouble;

  beforeEach(async () => {
    kibana = await startKibanaDouble();
  });
  afterEach(() => kibana.close());

  const ask = (more: Readonly<Record<string, string>> = {}) => rehearse(provisionKibana, { LOGWEIR_KIBANA_URL: kibana.url, ...more });

  it('imports every object and makes the data view the default', async () => {
    const { error, said } = await ask();
    expect(error).toBe('');
    expect([...kibana.objects.keys()]).toEqual([
      'index-pattern:logweir',
      'search:logweir-errors',
      'search:logweir-service',
      'search:logweir-slow-requests',
      'dashboard:logweir-overview',
    ]);
    expect(kibana.objects.get('index-pattern:logweir')?.attributes).toMatchObject({ title: 'logs-logweir*', timeFieldName: '@timestamp' });
    expect(kibana.defaultDataView).toBe('logweir');
    expect(said).toContain('5 saved objects are in place');
  });

  it('does the same again, and leaves a default that somebody chose', async () => {
    await ask();
    kibana.defaultDataView = 'mine';
    expect((await ask()).error).toBe('');
    expect({ objects: kibana.objects.size, view: kibana.defaultDataView }).toEqual({ objects: 5, view: 'mine' });
  });

  it('waits until Kibana is ready, and asks at its internal address with the user’s credentials', async () => {
    kibana.levels.push('unavailable', 'critical');
    kibana.authorization = `Basic ${Buffer.from('elastic:secret').toString('base64')}`;
    const { error, said } = await ask({
      LOGWEIR_KIBANA_URL: 'http://kibana.invalid',
      LOGWEIR_KIBANA_INTERNAL_URL: `${kibana.url}/`,
      LOGWEIR_ELASTICSEARCH_USERNAME: 'elastic',
      LOGWEIR_ELASTICSEARCH_PASSWORD: 'secret',
    });
    expect(error).toBe('');
    expect(said).toMatch(/waiting: Kibana is not ready: unavailable\nwaiting: Kibana is not ready: critical\n/);
  });

  it('ends with 1 and what to do when Kibana wants other credentials', async () => {
    kibana.authorization = 'Basic other';
    const { error } = await ask();
    expect(error).toMatch(/^Kibana answered 401: Unauthorized; check LOGWEIR_ELASTICSEARCH_USERNAME/);
  });

  it('needs to know where Kibana is', async () => {
    const { error } = await ask({ LOGWEIR_KIBANA_URL: '' });
    expect(error).toMatch(/^where is Kibana\? Set LOGWEIR_KIBANA_URL/);
  });
});
