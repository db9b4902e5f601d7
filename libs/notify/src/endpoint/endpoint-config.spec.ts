import { describeReceiver, parseReceiver, secretsOf, type EndpointConfig } from './endpoint-config.js';
import type { SecretSources } from './secrets.js';

const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const SOURCES: SecretSources = {
  env: { HOOK_TOKEN: 'from-the-environment' },
  readFile: (path) => {
    if (path !== 'secrets/url') throw new Error('ENOENT');
    return 'https://hooks.example/services/from-a-file\n';
  },
};

function endpointOf(block: unknown, sources?: SecretSources): EndpointConfig {
  const parsed = parseReceiver('ops', block, sources);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.endpoint;
}

const problemsOf = (block: unknown, sources?: SecretSources): string[] => {
  const parsed = parseReceiver('ops', block, sources);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe('parseReceiver', () => {
  it('fills in what is not said', () => {
    expect(endpointOf({ webhook: { url: 'https://hooks.example/x' } })).toEqual({
      name: 'ops',
      sendResolved: true,
      kind: 'webhook',
      settings: { url: 'https://hooks.example/x', secrets: [], headers: {}, maxAlerts: 0 },
    });
    expect(endpointOf({ sendResolved: false, pagerduty: { routingKey: 'k' } })).toMatchObject({
      sendResolved: false,
      settings: { url: 'https://events.pagerduty.com/v2/enqueue' },
    });
    expect(endpointOf({ email: { to: ['a@b.example'], from: 'c@b.example', host: 'mail.example' } }).settings).toMatchObject({
      port: 587,
      tls: 'starttls',
    });
  });

  it('takes secrets from the environment and from files', () => {
    const block = { webhook: { url_file: 'secrets/url', bearerToken: '${HOOK_TOKEN}' } };
    expect(endpointOf(block, SOURCES).settings).toMatchObject({
      url: 'https://hooks.example/services/from-a-file',
      bearerToken: 'from-the-environment',
    });
    expect(endpointOf({ slack: { urlFile: 'secrets/url' } }, SOURCES).settings).toEqual({
      url: 'https://hooks.example/services/from-a-file',
    });
  });

  it('reads no file and no variable for whoever comes over REST', () => {
    expect(problemsOf({ slack: { url_file: 'secrets/url' } })[0]).toBe(
      'slack.url_file: files are read for receivers of the routes file only',
    );
    expect(endpointOf({ webhook: { url: 'https://hooks.example/', bearerToken: '${HOOK_TOKEN}' } }).settings).toMatchObject({
      bearerToken: '${HOOK_TOKEN}',
    });
  });

  it.each<[unknown, string]>([
    [null, ': must be an object with one of webhook'],
    [{}, ': needs one of webhook'],
    [{ webhok: {} }, 'webhok: is unknown'],
    [{ slack: { url: 'https://a.example/' }, teams: { url: 'https://a.example/' } }, ': has several kinds'],
    [{ slack: { url: 'ftp://a.example/' } }, 'slack.url: is no http or https URL'],
    [{ slack: { url: 'https://user:pw@a.example/' } }, 'slack.url: is no http or https URL'],
    [{ slack: { url: 'https://a.example/<secret>' } }, 'slack.url: is the mask'],
    [{ webhook: { url: 'https://a.example/', secrets: ['whsec_c2hvcnQ='] } }, 'webhook.secrets.0: has 5 bytes'],
    [{ webhook: { url: 'https://a.example/', headers: { 'Webhook-Id': 'x' } } }, 'webhook.headers: may not name headers'],
    [{ webhook: { url: 'https://a.example/', headers: { 'X-A': 'a\r\nX-B: b' } } }, 'webhook.headers.X-A: one line'],
    [
      { email: { to: ['a@b'], from: 'a@b', host: 'h', tls: 'none', username: 'u', password: 'p' } },
      'email.tls: none would send the password in clear',
    ],
    [{ email: { to: ['a@b\r\nBcc: x'], from: 'a@b', host: 'h' } }, 'email.to.0: one line'],
  ])('says of %j what is wrong', (block, problem) => {
    expect(problemsOf(block).join('\n')).toContain(problem);
  });

  it('says all that is wrong at once, and no secret', () => {
    const problems = problemsOf({ webhook: { url: 'hunter2', secrets: ['hunter2!'], bearerToken: '${NOBODY}', colour: 1 } }, SOURCES);
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});

const BLOCKS: readonly object[] = [
  {
    webhook: {
      url: 'https://hooks.example/services/hunter2?token=hunter2',
      secrets: [SIGNING],
      githubSecret: 'hunter2-github',
      basicAuth: { username: 'logweir', password: 'hunter2-basic' },
      bearerToken: 'hunter2-bearer',
      headers: { 'X-Key': 'hunter2-header' },
    },
  },
  { slack: { url: 'https://hooks.example/hunter2' } },
  { discord: { url: 'https://discord.example/api/webhooks/1/hunter2' } },
  { teams: { url: 'https://teams.example/workflows/hunter2?sig=hunter2' } },
  { pagerduty: { routingKey: 'hunter2' } },
  { email: { to: ['a@b.example'], from: 'c@b.example', host: 'mail.example', username: 'logweir', password: 'hunter2' } },
  { alertmanager: { urls: ['https://am.example/prefix'], bearerToken: 'hunter2' } },
];

describe('describeReceiver', () => {
  it.each(BLOCKS)('shows no secret of %j', (block) => {
    const shown = JSON.stringify(describeReceiver(endpointOf(block)));
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(SIGNING);
    expect(shown).toContain('<secret>');
  });

  it('shows where it leads', () => {
    expect(describeReceiver(endpointOf(BLOCKS[0]))).toMatchObject({
      name: 'ops',
      webhook: { url: 'https://hooks.example/<secret>', basicAuth: { username: 'logweir' } },
    });
  });

  it.each(BLOCKS)('every secret of %j is known to whoever writes a reason', (block) => {
    const texts = JSON.stringify(block).match(/hunter2[a-z-]*/g) ?? [];
    const secrets = secretsOf(endpointOf(block));
    expect(texts.every((text) => secrets.some((secret) => secret.includes(text)))).toBe(true);
  });
});
