import { loadSettings } from '#libs/config';
import type { Access } from './access.js';
import { apiListener, doorListeners } from './listeners.js';

const CERT = { LOGWEIR_FORWARD_SECURE_TLS_CERT: 'c', LOGWEIR_FORWARD_SECURE_TLS_KEY: 'k' };
const JSON_CERT = { LOGWEIR_JSON_TLS_CERT: 'c', LOGWEIR_JSON_TLS_KEY: 'k' };

/** The listeners that nobody guards. */
function open(env: Readonly<Record<string, string>>, guardsHttp: boolean): string[] {
  const settings = loadSettings({ env, readFile: () => undefined });
  const access = { guardsHttp } as Access;
  return [...doorListeners(settings, access), apiListener(settings, access)]
    .filter(({ guarded }) => !guarded)
    .map(({ setting }) => setting);
}

describe('what guards a listener', () => {
  it('is a key for HTTP, and nothing for forward and JSON lines as they are', () => {
    const lines = ['LOGWEIR_FORWARD_HOST', 'LOGWEIR_JSON_HOST'];
    expect([open({}, true), open({}, false)]).toEqual([lines, [...lines, 'LOGWEIR_INTAKE_HOST', 'LOGWEIR_API_HOST']]);
  });

  it.each([
    [{}, []],
    [{ LOGWEIR_FORWARD_PORT: '0' }, ['LOGWEIR_FORWARD_HOST']],
    [{ LOGWEIR_JSON_PORT: '0', ...JSON_CERT }, ['LOGWEIR_JSON_HOST']],
    [{ LOGWEIR_JSON_PORT: '0', ...JSON_CERT, LOGWEIR_JSON_TLS_CA: 'a' }, []],
    [{ LOGWEIR_FORWARD_SECURE_PORT: '0', ...CERT }, ['LOGWEIR_FORWARD_SECURE_HOST']],
    [{ LOGWEIR_FORWARD_SECURE_PORT: '0', ...CERT, LOGWEIR_FORWARD_SECURE_TLS_CA: 'a' }, []],
    [{ LOGWEIR_FORWARD_SECURE_PORT: '0', LOGWEIR_FORWARD_SECURE_SHARED_KEY: 's' }, []],
  ])('is a shared key or a client certificate elsewhere; TLS alone is none: %j', (env: Record<string, string>, expected) => {
    expect(open({ LOGWEIR_FORWARD_PORT: 'off', LOGWEIR_JSON_PORT: 'off', ...env }, true)).toEqual(expected);
  });
});
