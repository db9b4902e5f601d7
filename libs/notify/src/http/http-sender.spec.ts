import { DeliveryError } from '../errors.js';
import { TestServer, type Behaviour } from '../http-server.fixture.js';
import { AddressPolicy } from '../network/address-policy.js';
import { BASE_MS } from '../notification.fixture.js';
import { refusal } from './http-receiver.js';
import { HttpSender, MAX_ANSWER_BYTES, type HttpAnswer } from './http-sender.js';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.js';

describe('HttpSender', () => {
  let server: TestServer;
  let sender: HttpSender;
  const never = new AbortController().signal;

  beforeEach(async () => {
    server = new TestServer();
    await server.start();
    sender = new HttpSender({ policy: new AddressPolicy(), now: () => BASE_MS, timeoutMs: 300 });
  });
  afterEach(async () => {
    await sender.close();
    await server.close();
  });

  const post = (behaviour: Behaviour, url = `${server.url}/path?token=t`): Promise<HttpAnswer> => {
    server.behaviour = behaviour;
    return sender.post({ url, headers: {}, body: '{}' }, never);
  };
  const problemOf = async (behaviour: Behaviour): Promise<DeliveryError | undefined> => refusal(await post(behaviour));

  it.each([
    [200, undefined],
    [204, undefined],
    [301, { retryable: false }],
    [400, { retryable: false }],
    [401, { retryable: false }],
    [404, { retryable: false }],
    [408, { retryable: true }],
    [410, { retryable: false, gone: true }],
    [429, { retryable: true }],
    [500, { retryable: true }],
    [503, { retryable: true }],
  ])('takes an answer of %d for %j', async (status, expected) => {
    const problem = await problemOf({ status, headers: { location: `${server.url}/elsewhere` } });
    expect(problem?.options).toEqual(expected === undefined ? undefined : { ...expected, status });
  });

  it('follows no redirect', async () => {
    const problem = await problemOf({ status: 307, headers: { location: `${server.url}/elsewhere` } });
    expect(problem?.message).toContain('redirects are not followed');
    expect(server.received.map(({ path }) => path)).toEqual(['/path?token=t']);
  });

  it('gives on what the other side asked for', async () => {
    expect((await problemOf({ status: 429, headers: { 'retry-after': '7' } }))?.options.retryAfterMs).toBe(7_000);
  });

  it('reads a bounded part of an answer', async () => {
    expect((await post({ body: 'x'.repeat(5_000_000) })).body).toHaveLength(MAX_ANSWER_BYTES);
  });

  it.each([
    ['silent', 'did not answer within 0.3 s'],
    ['hang up', 'cannot be reached'],
    ['garbage', 'is not HTTP'],
  ] as const)('does not know what became of it when the other side is %s', async (behaviour, reason) => {
    const error = await post(behaviour).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(DeliveryError);
    expect(error).toMatchObject({ options: { retryable: true, uncertain: true } });
    expect(String(error)).toContain(reason);
  });

  it('shows scheme and host of a URL only', async () => {
    const error = await post('hang up').catch(String);
    expect(error).toContain(server.url);
    expect(error).not.toContain('token');
  });

  it.each(['http://169.254.169.254/latest', 'http://[::ffff:169.254.169.254]/', 'http://2852039166/'])(
    'sends nothing to %s',
    async (url) => {
      await expect(post({}, url)).rejects.toMatchObject({ options: { retryable: false } });
    },
  );

  it('sends nothing to our own doors, in whatever form they are written', async () => {
    const guarded = new HttpSender({ policy: new AddressPolicy({ ownPorts: [server.port] }), now: () => BASE_MS });
    for (const host of ['127.0.0.1', '2130706433', '0x7f000001', '127.1', '[::ffff:127.0.0.1]', 'localhost']) {
      const sent = guarded.post({ url: `http://${host}:${server.port}/`, headers: {}, body: '' }, never);
      await expect(sent).rejects.toMatchObject({ options: { retryable: false } });
    }
    expect(server.received).toEqual([]);
    await guarded.close();
  });

  it('connects to the address that was checked, and asks for no other', async () => {
    let asked = 0;
    const policy = new AddressPolicy({
      resolve: (_host, _options, callback) => {
        asked += 1;
        callback(null, [
          { address: '169.254.169.254', family: 4 },
          { address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 },
        ]);
      },
    });
    const careful = new HttpSender({ policy, now: () => BASE_MS });
    const answer = await careful.post({ url: `http://hooks.example:${server.port}/`, headers: {}, body: '' }, never);
    expect([answer.status, asked]).toEqual([200, 1]);
    await careful.close();
  });

  it('sends nothing to a name that leads to a denied address only', async () => {
    const policy = new AddressPolicy({
      resolve: (_host, _options, callback) => callback(null, [{ address: '::ffff:a9fe:a9fe', family: 6 }]),
    });
    const careful = new HttpSender({ policy, now: () => BASE_MS });
    const sent = careful.post({ url: 'http://hooks.example/', headers: {}, body: '' }, never);
    await expect(sent).rejects.toMatchObject({
      options: { retryable: false },
      message: expect.stringContaining('may not be reached') as string,
    });
    await careful.close();
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['0.65', 650],
    ['Sat, 21 Nov 2026 04:04:54 GMT', 30_000],
    ['Sat, 21 Nov 2026 04:00:00 GMT', 0],
    ['999999', MAX_RETRY_AFTER_MS],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (value, expected) => {
    expect(parseRetryAfter(value, BASE_MS)).toBe(expected);
  });
});
