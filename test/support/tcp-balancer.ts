import net from 'node:net';
import { hostPort } from './hub.js';

export interface Backend {
  /** `tcp://host:port` or a URL: where connections go. */
  readonly address: string;
  /** Base URL of its `/readyz`. */
  readonly health: string;
}

const CHECK_MS = 100;
/** Above the 2 s in which `/readyz` always has an answer: on a busy machine late is not away. */
const CHECK_TIMEOUT_MS = 5_000;

/**
 * A TCP balancer as haproxy with `balance source`, `option redispatch` and `httpchk GET /readyz`: a source address stays
 * with one backend as long as that is ready, and a connection that is refused goes to another.
 */
export class TcpBalancer {
  private readonly up = new Set<Backend>();
  private readonly sockets = new Set<net.Socket>();
  private readonly asked = new Set<Backend>();
  private readonly server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => void this.serve(client));
  private readonly checking: NodeJS.Timeout;

  private constructor(private readonly backends: readonly Backend[]) {
    this.checking = setInterval(() => void this.check(), CHECK_MS);
  }

  static async open(backends: readonly Backend[]): Promise<TcpBalancer> {
    const balancer = new TcpBalancer(backends);
    await balancer.check();
    await new Promise<void>((resolve) => balancer.server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  async close(): Promise<void> {
    clearInterval(this.checking);
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async check(): Promise<void> {
    await Promise.all(this.backends.filter((backend) => !this.asked.has(backend)).map((backend) => this.ask(backend)));
  }

  private async ask(backend: Backend): Promise<void> {
    this.asked.add(backend);
    const answer = await fetch(`${backend.health}/readyz`, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok === true) this.up.add(backend);
    else this.up.delete(backend);
    this.asked.delete(backend);
  }

  private async serve(client: net.Socket): Promise<void> {
    this.keep(client);
    const ready = this.backends.filter((backend) => this.up.has(backend));
    const turn = [...(client.remoteAddress ?? '')].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
    for (let at = 0; at < ready.length; at++) {
      const server = await connect(ready[(turn + at) % ready.length] as Backend);
      if (server === undefined) continue;
      this.keep(server);
      join(client, server);
      return;
    }
    client.destroy();
  }

  private keep(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}

function connect({ address }: Backend): Promise<net.Socket | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ ...hostPort(address), allowHalfOpen: true, noDelay: true }, () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** Bytes and half-closes go both ways; what breaks on one side breaks on the other. */
function join(client: net.Socket, server: net.Socket): void {
  client.setNoDelay(true);
  client.pipe(server);
  server.pipe(client);
  client.once('close', () => server.destroy());
  server.once('close', () => client.destroySoon());
}
