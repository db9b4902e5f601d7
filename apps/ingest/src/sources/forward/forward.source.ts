import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import type { Limits } from '#libs/access';
import type { TlsFiles } from '#libs/http';
import { ForwardDecoder, Handshake } from '#libs/protocols/forward';
import type { FieldCache, HandshakeOptions } from '#libs/protocols/forward';
import type { Pipeline } from '../../pipeline.js';
import { SocketReader } from '../socket-reader.js';
import { doorError, END_DEADLINE_MS } from '../source.js';
import type { Source } from '../source.js';
import { TcpListener } from '../tcp-listener.js';
import { throttleOf } from '../throttle.js';
import { ForwardConversation } from './forward-conversation.js';
import { UdpHeartbeat } from './udp-heartbeat.js';

export interface ForwardOptions {
  /** In the start line: `forward`, or `forward-secure`. */
  readonly name: string;
  /** The setting to name when the port cannot be had. */
  readonly setting: string;
  readonly host: string;
  readonly port: number;
  readonly maxFrameBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxConnections: number;
  readonly limits: Limits;
  readonly tls?: TlsFiles;
  readonly security?: Pick<HandshakeOptions, 'sharedKey' | 'users' | 'hostname'>;
  /** One for all connections of the process: it bounds what they remember, and interns what two of them send alike. */
  readonly cache: FieldCache;
  readonly pipeline: Pipeline;
  readonly now: () => number;
  readonly onBytes: (bytes: number) => void;
  readonly onOddity: (reason: string) => void;
  readonly onRefused: (reason: string, message: string, peer: string) => void;
  readonly onConnections: (open: number) => void;
  readonly onHeld: () => void;
  readonly onPaused: () => void;
}

/** The Fluentd forward door: TCP or TLS, with the UDP heartbeat on the same port where nothing is secured. */
export class ForwardSource implements Source {
  addresses: Record<string, string> = {};
  private readonly listener: TcpListener;
  private heartbeat: UdpHeartbeat | undefined;

  constructor(private readonly options: ForwardOptions) {
    const { host, port, maxConnections, onHeld } = options;
    this.listener = new TcpListener({
      host,
      port,
      maxConnections,
      connectionsPerAddress: options.limits.connectionsPerAddress,
      connect: (socket) => this.connect(socket),
      onCount: options.onConnections,
      onHeld,
      onTlsError: (message, peer) => options.onRefused('tls', message, peer),
      ...(options.tls ? { tls: options.tls } : {}),
    });
  }

  async open(): Promise<void> {
    const { host, port, name, setting, security } = this.options;
    const bound = await this.listener.listen().catch((error: unknown) => {
      throw doorError(error, setting, `${host}:${port}`);
    });
    this.addresses = { [name]: `${this.options.tls ? 'tls' : 'tcp'}://${host}:${bound}` };
    if (security || this.options.tls) return;
    this.heartbeat = new UdpHeartbeat(host, bound);
    await this.heartbeat.open();
  }

  listen(callback: () => void): void {
    callback();
  }

  async close(): Promise<void> {
    await this.heartbeat?.close();
    await this.listener.close(END_DEADLINE_MS);
  }

  private connect(socket: net.Socket): SocketReader {
    const { pipeline, now, security, cache, onBytes, onRefused, onOddity, maxFrameBytes, maxInflatedBytes } = this.options;
    const throttle = throttleOf(this.options, socket);
    const reader = new SocketReader(socket, pipeline.gate, now, throttle);
    const decoder = new ForwardDecoder({ maxFrameBytes, maxInflatedBytes, cache, count: onOddity, handshake: security !== undefined });
    const handshake = security ? new Handshake({ ...security, randomBytes }) : undefined;
    const optional = { ...(handshake && { handshake }), ...(throttle && { throttle }) };
    const conversation = new ForwardConversation({ reader, decoder, pipeline, onBytes, onRefused, ...optional });
    reader.converse(conversation);
    conversation.greet();
    return reader;
  }
}
