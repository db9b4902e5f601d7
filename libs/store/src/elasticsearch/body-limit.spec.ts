import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { refusesBody } from './body-limit.js';
import { BulkNodes } from './bulk-nodes.js';

const BYTES = 8 * 1024 * 1024;
const TOO_LARGE = 'HTTP/1.1 413 Request Entity Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

describe('whether a node refuses a body for its length', () => {
  let server: Server;
  let url: URL;
  /** First of each connection. */
  let heads: string[];
  let answer: (socket: Socket, head: string) => void;

  beforeEach(async () => {
    heads = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        const head = data.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
        heads.push(head);
        answer(socket, head);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => void server.close());

  const ask = (): Promise<boolean> =>
    refusesBody({ url: new URL('/logs/_bulk?timeout=1ms', url), headers: { authorization: 'ApiKey k' }, bytes: BYTES });

  it.each([
    ['413', TOO_LARGE, true],
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n', false],
    ['417, as a proxy that does not know the question', 'HTTP/1.1 417 Expectation Failed\r\ncontent-length: 0\r\n\r\n', false],
    ['401', 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n', false],
    ['nothing', '', false],
  ])('an answer of %s', async (_, text, refused) => {
    answer = (socket) => void (text !== '' && socket.write(text));
    expect(await ask()).toBe(refused);
    expect(heads).toEqual([expect.stringMatching(/^POST \/logs\/_bulk\?timeout=1ms HTTP/)]);
    expect(heads[0]?.toLowerCase()).toContain('expect: 100-continue');
    expect(heads[0]?.toLowerCase()).toContain(`content-length: ${BYTES}`);
    expect(heads[0]).toContain('ApiKey k');
  });

  it('a connection that breaks, and one that cannot be made', async () => {
    answer = (socket) => void socket.resetAndDestroy();
    expect(await ask()).toBe(false);
    expect(await refusesBody({ url: new URL('http://127.0.0.1:1'), headers: {}, bytes: BYTES })).toBe(false);
  });

  describe('asked when the connection broke under a request', () => {
    const options = { namespace: 'test', retentionDays: 1, requestTimeoutMs: 5_000, now: Date.now, random: () => 0 };
    let counted: string[];

    async function request(body?: Buffer): Promise<unknown> {
      counted = [];
      const nodes = new BulkNodes({ ...options, nodes: [url.href], count: (reason) => counted.push(reason) });
      try {
        return await nodes.request({ method: 'POST', path: '/_bulk', ...(body && { body }) });
      } finally {
        await nodes.close();
      }
    }

    const isQuestion = (head: string): boolean => /^expect: 100-continue$/im.test(head);

    it('counts as its answer of 413, and the node as well', async () => {
      answer = (socket, head) => void (isQuestion(head) ? socket.write(TOO_LARGE) : socket.resetAndDestroy());
      expect(await request(Buffer.alloc(BYTES))).toMatchObject({ status: 413 });
      expect(counted).toEqual([]);
    });

    it('leaves the outcome open when the node would take such a body', async () => {
      answer = (socket, head) => void (isQuestion(head) ? socket.write('HTTP/1.1 100 Continue\r\n\r\n') : socket.resetAndDestroy());
      await expect(request(Buffer.alloc(BYTES))).rejects.toThrow(/no answer from Elasticsearch/);
      expect(counted).toEqual(['node_down']);
    });

    it('is not asked without a body', async () => {
      answer = (socket) => void socket.resetAndDestroy();
      await expect(request()).rejects.toThrow(/no answer from Elasticsearch/);
      expect(heads).toHaveLength(1);
    });
  });
});
