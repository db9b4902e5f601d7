import { copyFileSync, renameSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { JsonLogger } from '#libs/telemetry';
import { Certificates } from '../../../test/support/certificates.js';
import { eventually } from '../../../test/support/eventually.js';
import { TlsFiles } from './tls-files.js';

const lines: string[] = [];
const log = new JsonLogger({ level: 'info', write: (line) => void lines.push(line), now: () => 0 });
let certificates: Certificates;
beforeAll(() => (certificates = new Certificates().sign('old').sign('new')));
afterAll(() => certificates.remove());

const replace = (from: string, to: string): void => {
  copyFileSync(certificates.path(from), certificates.path(`${to}.tmp`));
  renameSync(certificates.path(`${to}.tmp`), certificates.path(to));
};
const open = (more = {}) =>
  TlsFiles.open(
    { tlsCert: certificates.path('used.pem'), tlsKey: certificates.path('used.key'), tlsCa: '', ...more },
    { prefix: 'LOGWEIR_API', log, lookMs: 20 },
  );

describe('certificates of a listener', () => {
  it('are replaced while it runs: half a pair changes nothing, and open connections go on', async () => {
    replace('old.pem', 'used.pem');
    replace('old.key', 'used.key');
    const files = open();
    const server = tls.createServer(files?.options ?? {}, (socket) => socket.pipe(socket));
    files?.follow(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connect = (): Promise<tls.TLSSocket> =>
      new Promise((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        const socket = tls
          .connect({ port, host: 'localhost', ca: certificates.read('ca.pem') }, () => resolve(socket))
          .once('error', reject);
      });
    const nameOf = (socket: tls.TLSSocket): unknown => socket.getPeerCertificate().subject.CN;
    const first = await connect();
    expect(nameOf(first)).toBe('old');

    replace('new.pem', 'used.pem');
    await eventually(() => expect(lines.some((line) => line.includes('cannot be used yet'))).toBe(true));
    const between = await connect();
    expect(nameOf(between)).toBe('old');
    replace('new.key', 'used.key');
    await eventually(async () => {
      const next = await connect();
      const name = nameOf(next);
      next.destroy();
      expect(name).toBe('new');
    });

    const echoed = new Promise<string>((resolve) => first.once('data', (bytes) => resolve(bytes.toString())));
    first.write('still here');
    expect(await echoed).toBe('still here');
    for (const socket of [first, between]) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('that cannot be used are one error that names the setting', () => {
    expect(() => open({ tlsCert: '/none' })).toThrow(/^LOGWEIR_API_TLS_CERT: /);
    expect(() => open({ tlsCa: '/none' })).toThrow(/^LOGWEIR_API_TLS_CA: /);
    replace('old.pem', 'used.pem');
    replace('new.key', 'used.key');
    expect(() => open()).toThrow(/^LOGWEIR_API_TLS_CERT: .* cannot be used together/);
    expect(open({ tlsCert: '' })).toBeUndefined();
  });
});
