import net from 'node:net';
import tls from 'node:tls';
import { ConnectionCount } from '#libs/access';
import type { TlsFiles } from '#libs/http';

/** What a protocol does with one socket: it owns it until its `close` event. */
export interface Connection {
  /** Begins to read. Called once, when the socket's turn has come. */
  open(): void;
  /** Ends in good order: half-close, keep reading and storing until it is idle or `deadlineMs` have passed, then close. */
  end(deadlineMs: number): Promise<void>;
}

export interface TcpListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Connections read at once. Those beyond wait unread: closing them at once would make Docker's driver lose lines. */
  readonly maxConnections: number;
  /** Connections read at once of one address; 0 means: as many as there are. */
  readonly connectionsPerAddress: number;
  readonly tls?: TlsFiles;
  readonly connect: (socket: net.Socket) => Connection;
  readonly onCount: (open: number) => void;
  readonly onHeld: () => void;
  /** A TLS handshake that failed; not told of peers that only went away. */
  readonly onTlsError?: (message: string, peer: string) => void;
}

/** A handshake takes a few round trips; who takes longer holds a socket that no limit counts yet. */
const TLS_HANDSHAKE_MS = 10_000;

/** Held sockets cost a few hundred bytes each; twice the limit is a flood, and is refused. */
const HELD_FACTOR = 2;

/** One listening port: counts its connections, holds back those over the limit, and ends them all in good order. */
export class TcpListener {
  private readonly server: net.Server;
  private readonly active = new Map<net.Socket, Connection>();
  private readonly held: net.Socket[] = [];
  private readonly byAddress: ConnectionCount;

  constructor(private readonly options: TcpListenerOptions) {
    const settings = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
    this.byAddress = new ConnectionCount(options.connectionsPerAddress);
    this.server = options.tls
      ? tls.createServer({ handshakeTimeout: TLS_HANDSHAKE_MS, ...options.tls.options, ...settings }, (socket) => this.accept(socket))
      : net.createServer(settings, (socket) => this.accept(socket));
    options.tls?.follow(this.server as tls.Server);
    this.server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: net.Socket) => {
      if (error.code !== 'ECONNRESET') options.onTlsError?.(error.message, `${socket.remoteAddress ?? 'gone'}:${socket.remotePort ?? 0}`);
    });
  }

  /** Resolves with the port that was bound; rejects with the system's error (EADDRINUSE, EACCES, ...). */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host: this.options.host, port: this.options.port, backlog: 1024 }, () => {
        this.server.off('error', reject);
        resolve((this.server.address() as net.AddressInfo).port);
      });
    });
  }

  async close(deadlineMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // Those that had to wait may have sent something already, and there is nobody to wait for any more.
    for (const socket of this.held.splice(0)) this.start(socket);
    await Promise.all([...this.active.values()].map((connection) => connection.end(deadlineMs)));
    for (const socket of this.active.keys()) socket.destroy();
    await closed;
  }

  private accept(socket: net.Socket): void {
    socket.on('error', () => undefined);
    if (this.mayStart(socket)) {
      this.start(socket);
      return;
    }
    this.options.onHeld();
    if (this.held.length >= this.options.maxConnections * HELD_FACTOR) {
      socket.destroy();
      return;
    }
    this.held.push(socket);
    socket.once('close', () => {
      const at = this.held.indexOf(socket);
      if (at >= 0) this.held.splice(at, 1);
    });
  }

  /** Counts it when it may. */
  private mayStart(socket: net.Socket): boolean {
    return this.active.size < this.options.maxConnections && this.byAddress.enter(socket.remoteAddress);
  }

  private start(socket: net.Socket): void {
    const { remoteAddress } = socket;
    const connection = this.options.connect(socket);
    this.active.set(socket, connection);
    this.options.onCount(this.active.size);
    socket.once('close', () => {
      this.active.delete(socket);
      this.options.onCount(this.active.size);
      this.byAddress.leave(remoteAddress);
      const next = this.held.findIndex((held) => this.mayStart(held));
      for (const held of next < 0 ? [] : this.held.splice(next, 1)) this.start(held);
    });
    connection.open();
  }
}
