import net from 'node:net';

/** A way to a server that can be closed: connections then break and new ones are refused, as when the server is away. */
export class TcpGate {
  private readonly sockets = new Set<net.Socket>();
  private server: net.Server | undefined;
  private port = 0;

  private constructor(private readonly target: URL) {}

  /** `target`: URL of the server. */
  static async open(target: string): Promise<TcpGate> {
    const gate = new TcpGate(new URL(target));
    await gate.raise();
    return gate;
  }

  /** The server's URL, this way. */
  get url(): string {
    return `${this.target.protocol}//127.0.0.1:${this.port}`;
  }

  /** On the same port as before. */
  async raise(): Promise<void> {
    const server = net.createServer((client) => {
      const upstream = net.connect(Number(this.target.port), this.target.hostname);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => undefined);
        from.once('close', () => (this.sockets.delete(from), to.destroy()));
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as net.AddressInfo).port;
    this.server = server;
  }

  async shut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  }
}
