import type { Settings } from '#libs/config';
import { type ElasticsearchProvisioning, installTemplates, openProvisioning } from '#libs/store';
import { checkFolder, readKey, writeKey } from './key-file.js';
import type { Patience } from './patience.js';

export interface ProvisionOptions {
  readonly settings: Settings;
  readonly patience: Patience;
  /** One line of progress; holds no secret. */
  readonly say: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** Can be run again at any time: what is as it should be stays. `rotateKey` makes a new key although the old one works. */
export async function provisionElasticsearch(options: ProvisionOptions, { rotateKey }: { readonly rotateKey: boolean }): Promise<void> {
  const { settings, patience, say, now } = options;
  const server = openProvisioning(settings, now);
  try {
    const security = await patience.try(() => server.security());
    say(`Elasticsearch answers, its security is ${security}`);
    if (security === 'off') say('without security there is nobody to give a password, a role or a key to: skipped');
    else await grant(server, options, rotateKey);
  } finally {
    await server.close();
  }
  const log = (_level: string, message: string): void => say(message);
  await patience.try(() => installTemplates(settings, { now, random: Math.random, log, count: () => undefined }));
  say(`templates of namespace ${settings.elasticsearch.namespace} are in place`);
}

async function grant(server: ElasticsearchProvisioning, options: ProvisionOptions, rotateKey: boolean): Promise<void> {
  const { settings, patience, say } = options;
  if (settings.elasticsearch.username === '') {
    say('LOGWEIR_ELASTICSEARCH_USERNAME is not set: password of Kibana, role and key are left as they are');
    return;
  }
  const { kibanaPassword, apiKeyPath } = settings.provision;
  if (kibanaPassword !== '') {
    await patience.try(() => server.setKibanaPassword(kibanaPassword));
    say('the password of kibana_system is set');
  }
  await patience.try(() => server.putRole());
  say('the role logweir is written');
  if (apiKeyPath === '') say('LOGWEIR_PROVISION_API_KEY_PATH is not set: no API key is made');
  else await provideKey(server, options, { path: apiKeyPath, rotate: rotateKey });
}

interface KeyWish {
  readonly path: string;
  readonly rotate: boolean;
}

/** The new key is on disk before the old one begins to end. */
async function provideKey(
  server: ElasticsearchProvisioning,
  { patience, say }: ProvisionOptions,
  { path, rotate }: KeyWish,
): Promise<void> {
  const old = await readKey(path);
  if (old !== undefined && !rotate && (await patience.try(() => server.keyWorks(old)))) {
    say(`the API key in ${path} still works: kept`);
    return;
  }
  await checkFolder(path);
  const key = await patience.try(() => server.createKey());
  await writeKey(path, key);
  say(`a new API key is in ${path}, readable by its owner only`);
  if (old === undefined) return;
  const ends = await patience.try(() => server.retireKey(old));
  say(ends ? 'the key before it ends in a day: restart ingest, alerter and api until then' : 'the key before it was not valid any more');
}
