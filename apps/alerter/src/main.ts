import { loadSettings } from '#libs/config';
import { readOptional, runService } from '#libs/service';
import { startAlerter } from './alerter.js';

await runService(process, async () => {
  const { api, redis } = loadSettings({ env: process.env, readFile: readOptional });
  return startAlerter({ host: api.host, port: api.port, ...(redis.url !== '' && { redisUrl: redis.url }) });
});
