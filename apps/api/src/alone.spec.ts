import { loadSettings } from '#libs/config';
import { startAlone } from './alone.js';

it('the API alone refuses duckdb in one line that says what to do instead', async () => {
  const settings = loadSettings({ env: { LOGWEIR_STORE_KIND: 'duckdb' }, readFile: () => undefined });
  const start = startAlone({ settings, write: () => undefined, now: Date.now, env: {} });
  await expect(start).rejects.toThrow(
    /^the API cannot run alone with duckdb.*: run npm start \(apps\/hub\), or set LOGWEIR_STORE_KIND=elasticsearch$/,
  );
});
