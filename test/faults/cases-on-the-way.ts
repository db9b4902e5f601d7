/** What a network, a proxy or a guard before Elasticsearch can do. */
import type { Asked, Fault } from '../support/fault-proxy.js';
import type { FaultCase } from './fault-case.js';
import type { Stage } from './stage.js';

const NONE = ({ proxy }: Stage): void => void (proxy.fault = 'none');
const set =
  (fault: Fault | ((asked: Asked) => Fault)) =>
  (stage: Stage): void =>
    void (stage.proxy.fault = fault);
const JSON_TYPE = { 'content-type': 'application/json' };

const USER = 'logweir';
const PASSWORD = 'right';
const RIGHT = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
const UNKNOWN_USER = JSON.stringify({
  error: { type: 'security_exception', reason: 'unable to authenticate user [logweir] for REST request [/_bulk]' },
  status: 401,
});
const FORBIDDEN = JSON.stringify({
  error: { type: 'security_exception', reason: 'action [indices:data/write/bulk] is unauthorized for user [logweir]' },
  status: 403,
});
const guarded = ({ headers }: Asked): Fault =>
  headers.authorization === RIGHT ? 'none' : { status: 401, headers: JSON_TYPE, body: UNKNOWN_USER };

/** An empty server of another kind: it knows no template of ours. */
const foreign =
  (root: object, headers: Record<string, string>) =>
  ({ path }: Asked): Fault =>
    path === '/'
      ? { status: 200, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(root) }
      : {
          status: 404,
          headers: { ...JSON_TYPE, ...headers },
          body: JSON.stringify({ error: { type: 'index_not_found_exception', reason: 'no such index' }, status: 404 }),
        };
const ELASTICSEARCH_8 = foreign({ version: { number: '8.19.4' } }, { 'x-elastic-product': 'Elasticsearch' });
const OPENSEARCH = foreign({ version: { number: '3.3.0', distribution: 'opensearch' } }, {});

/** As a proxy does that takes no large bodies, with its page. */
const smallBodies = ({ body }: Asked): Fault =>
  body.length > 20_000 ? { status: 413, body: '<html>413 Request Entity Too Large</html>' } : 'none';

async function rollOver(stage: Stage): Promise<void> {
  await stage.ask('POST', `/${stage.stream}/_rollover`);
}

/** Several, one after the other, each into an unknown outcome. */
async function loseAnswersAndRollOver(stage: Stage): Promise<void> {
  stage.proxy.fault = 'cut after';
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await rollOver(stage);
  }
}

const noAnswer = /no answer from Elasticsearch/;

export const CASES_ON_THE_WAY: readonly FaultCase[] = [
  { name: 'connection cut before the server has the request', cast: 'sturdy', begin: set('cut before'), end: NONE, says: noAnswer },
  { name: 'connection cut before its answer', cast: 'sturdy', begin: set('cut after'), end: NONE, says: noAnswer },
  { name: 'no answer at all', cast: 'sturdy', begin: set('hang'), end: NONE, says: noAnswer },
  { name: 'answers later than the time-out', cast: 'sturdy', begin: set({ delayMs: 8_000 }), end: NONE, says: noAnswer },
  { name: 'answer cut off after 5 bytes', cast: 'sturdy', begin: set({ cutAt: 5 }), end: NONE, says: noAnswer },
  {
    name: 'answer shortened on the way',
    cast: 'sturdy',
    begin: set({ rewrite: (answer) => answer.subarray(0, 6) }),
    end: NONE,
    says: /answered something unknown/,
  },
  {
    name: 'a page instead of every answer (200)',
    cast: 'sturdy',
    begin: set(() => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>please log in</html>' })),
    end: NONE,
    says: /please log in|not Elasticsearch/,
  },
  { name: '503', cast: 'sturdy', begin: set({ status: 503, body: 'no upstream' }), end: NONE, says: /503: no upstream/ },
  {
    name: '503 with Retry-After: 2',
    cast: 'sturdy',
    begin: set({ status: 503, headers: { 'retry-after': '2' } }),
    end: NONE,
    says: /answered 503/,
  },
  { name: '413 by a proxy', cast: 'sturdy', begin: set(smallBodies), end: NONE },
  {
    name: 'password changed (401)',
    cast: 'sturdy',
    env: { LOGWEIR_ELASTICSEARCH_USERNAME: USER, LOGWEIR_ELASTICSEARCH_PASSWORD: PASSWORD },
    before: async (stage) => void (stage.proxy.fault = guarded),
    begin: set({ status: 401, headers: JSON_TYPE, body: UNKNOWN_USER }),
    end: set(guarded),
    says: /does not know our credentials \(401\): set user and password or API key/,
  },
  {
    name: 'started with a wrong password (401)',
    cast: 'sturdy',
    env: { LOGWEIR_ELASTICSEARCH_USERNAME: USER, LOGWEIR_ELASTICSEARCH_PASSWORD: 'wrong' },
    before: async (stage) => void (stage.proxy.fault = guarded),
    fromStart: true,
    begin: () => undefined,
    end: async (stage) => {
      await stage.stopIngest();
      await stage.startIngest({ LOGWEIR_ELASTICSEARCH_PASSWORD: PASSWORD });
    },
    says: /does not know our credentials \(401\): set user and password or API key/,
  },
  {
    name: 'rights taken away (403)',
    cast: 'sturdy',
    begin: set(() => ({ status: 403, headers: JSON_TYPE, body: FORBIDDEN })),
    end: NONE,
    says: /forbids it \(403\): our user needs/,
  },
  { name: 'rollovers between two tries', cast: 'sturdy', begin: loseAnswersAndRollOver, end: NONE },
  {
    name: 'ingest killed with answers lost, then a rollover',
    cast: 'sturdy',
    begin: loseAnswersAndRollOver,
    end: async (stage) => {
      await stage.killIngest();
      await rollOver(stage);
      stage.proxy.fault = 'none';
      await stage.startIngest();
    },
  },
  {
    name: 'started with Elasticsearch 8',
    cast: 'sturdy',
    before: async (stage) => void (stage.proxy.fault = ELASTICSEARCH_8),
    fromStart: true,
    begin: () => undefined,
    end: NONE,
    says: /Elasticsearch 8\.19\.4; Logweir needs 9\.x/,
  },
  {
    name: 'exchanged for Elasticsearch 8',
    cast: 'sturdy',
    begin: set(ELASTICSEARCH_8),
    end: NONE,
    says: /Elasticsearch 8\.19\.4; Logweir needs 9\.x/,
  },
  {
    name: 'exchanged for OpenSearch',
    cast: 'sturdy',
    begin: set(OPENSEARCH),
    end: NONE,
    says: /OpenSearch 3\.3\.0; Logweir stores into Elasticsearch 9\.x/,
  },
  {
    name: 'one of two addresses never answers',
    cast: 'sturdy',
    nodes: (proxy, node) => `${proxy},${node}`,
    begin: set(() => 'hang'),
    end: NONE,
    logs: /no answer from Elasticsearch/,
  },
  {
    name: 'one of two addresses refuses',
    cast: 'sturdy',
    nodes: (proxy, node) => `${proxy},${node}`,
    begin: set(() => 'cut before'),
    end: NONE,
    logs: /no answer from Elasticsearch/,
  },
];
