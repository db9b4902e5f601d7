import type { Settings } from '#libs/config';
import { DATA_VIEW_ID, formatNdjson, KibanaClient, savedObjects } from '#libs/kibana';
import { patternOf } from '#libs/store';
import type { ProvisionOptions } from './provision-elasticsearch.js';

/** The data view and all that stands on it, as a file that Kibana's own import takes. */
export function kibanaObjects(settings: Settings): string {
  return formatNdjson(savedObjects(patternOf(settings)));
}

/** Can be run again at any time: objects of ours are replaced, a default data view that somebody chose stays. */
export async function provisionKibana({ settings, patience, say }: ProvisionOptions): Promise<void> {
  const url = settings.kibana.internalUrl || settings.kibana.url;
  if (url === '') throw new Error('where is Kibana? Set LOGWEIR_KIBANA_URL, or LOGWEIR_KIBANA_INTERNAL_URL');
  const { requestTimeout, ca } = settings.elasticsearch;
  const authorization = credentials(settings.elasticsearch);
  const kibana = new KibanaClient({
    url,
    timeoutMs: requestTimeout,
    ...(authorization !== undefined && { authorization }),
    ...(ca !== '' && { ca }),
  });
  try {
    await patience.try(() => kibana.checkReady());
    say('Kibana answers');
    const count = await patience.try(() => kibana.importObjects(kibanaObjects(settings)));
    say(`${count} saved objects are in place: data view ${patternOf(settings)}, searches, dashboard`);
    await patience.try(() => kibana.suggestDefault(DATA_VIEW_ID));
    say('the data view is the default one, unless somebody chose another');
  } finally {
    await kibana.close();
  }
}

/** Kibana knows people by Elasticsearch's users and keys. */
function credentials({ username, password, apiKey }: Settings['elasticsearch']): string | undefined {
  if (username !== '') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return apiKey === '' ? undefined : `ApiKey ${apiKey}`;
}
