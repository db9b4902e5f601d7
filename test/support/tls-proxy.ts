import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

export interface TlsProxy {
  /** `https://localhost:<port>`; the certificate is for this name, not for the address. */
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signed the certificate. */
  readonly ca: string;
  /** TLS connections that came about so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** TLS on a free port before a plain server, with a certificate from an authority of its own. */
export async function startTlsProxy(target: string): Promise<TlsProxy> {
  const { ca, cert, key } = await makeCertificates();
  const { hostname, port: targetPort } = new URL(target);
  const open = new Set<Socket>();
  let count = 0;
  const server = createServer({ cert, key }, (outer) => {
    count += 1;
    const inner = connect(Number(targetPort), hostname);
    for (const [socket, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => open.delete(socket));
    }
    outer.pipe(inner).pipe(outer);
  });
  // A client that does not trust us is what some tests are about.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url: `https://localhost:${port}`, port, ca, connections: () => count, close };
}

async function makeCertificates() {
  const folder = await mkdtemp(join(tmpdir(), 'logweir-tls-'));
  const openssl = (words: string): void => void execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'ignore' });
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  try {
    openssl(`req -x509 ${newKey} -keyout ca.key -out ca.pem -days 2 -subj /CN=logweir-test-ca`);
    openssl(`req ${newKey} -keyout node.key -out node.csr -subj /CN=localhost`);
    await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost\n');
    openssl('x509 -req -in node.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out node.pem -days 2 -extfile names');
    const [ca, cert, key] = await Promise.all(['ca.pem', 'node.pem', 'node.key'].map((name) => readFile(join(folder, name), 'utf8')));
    return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
  } finally {
    await rm(folder, { recursive: true });
  }
}
