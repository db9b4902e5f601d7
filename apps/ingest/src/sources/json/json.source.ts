import type net from 'node:net';
import type { Limits } from '#libs/access';
import type { TlsFiles } from '#libs/http';
import { decodeJsonLine, LineDecoder } from '#libs/protocols/ndjson';
import type { Event } from '#libs/record';
import type { Pipeline } from '../../pipeline.js';
import { SocketReader } from '../socket-reader.js';
import type { Conversation } from '../socket-reader.js';
import { doorError, END_DEADLINE_MS } from '../source.js';
import type { Source } from '../source.js';
import { TcpListener } from '../tcp-listener.js';
import { type Throttle, throttleOf } from '../throttle.js';

export interface JsonOptions {
  readonly host: string;
  readonly port: number;
  readonly maxLineBytes: number;
  readonly maxConnections: number;
  readonly pipeline: Pipeline;
  readonly now: () => number;
  readonly onBytes: (bytes: number) => void;
  readonly onOddity: (reason: string) => void;
  readonly onConnections: (open: number) => void;
  readonly onHeld: () => void;
  readonly onPaused: () => void;
  readonly onRefused: (reason: string, message: string, peer: string) => void;
  readonly limits: Limits;
  readonly tls?: TlsFiles;
}

/** JSON lines over TCP: one object a line, nothing is answered, so nothing can be confirmed to the sender. */
export class JsonSource implements Source {
  addresses: Record<string, string> = {};
  private readonly listener: TcpListener;

  constructor(private readonly options: JsonOptions) {
    const { host, port, maxConnections, onHeld, limits, tls } = options;
    this.listener = new TcpListener({
      host,
      port,
      maxConnections,
      connectionsPerAddress: limits.connectionsPerAddress,
      connect: (socket) => this.connect(socket),
      onCount: options.onConnections,
      onHeld,
      onTlsError: (message, peer) => options.onRefused('tls', message, peer),
      ...(tls && { tls }),
    });
  }

  async open(): Promise<void> {
    const { host, port } = this.options;
    const bound = await this.listener.listen().catch((error: unknown) => {
      throw doorError(error, 'LOGWEIR_JSON_PORT', `${host}:${port}`);
    });
    this.addresses = { json: `${this.options.tls ? 'tls' : 'tcp'}://${host}:${bound}` };
  }

  listen(callback: () => void): void {
    callback();
  }

  close(): Promise<void> {
    return this.listener.close(END_DEADLINE_MS);
  }

  private connect(socket: net.Socket): SocketReader {
    const throttle = throttleOf(this.options, socket);
    const reader = new SocketReader(socket, this.options.pipeline.gate, this.options.now, throttle);
    reader.converse(new JsonConversation(this.options, throttle));
    return reader;
  }
}

class JsonConversation implements Conversation {
  private readonly lines: LineDecoder;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: JsonOptions,
    private readonly throttle?: Throttle,
  ) {
    this.lines = new LineDecoder({ maxLineBytes: options.maxLineBytes, count: options.onOddity });
  }

  read(bytes: Buffer): undefined {
    this.options.onBytes(bytes.length);
    this.append(this.lines.push(bytes), bytes.length);
  }

  get isMidway(): boolean {
    return this.lines.pendingBytes > 0;
  }

  settled(): Promise<void> {
    return this.last;
  }

  /** The last line may have no end. */
  finish(): Promise<void> {
    this.append(this.lines.end(), 0);
    return this.last;
  }

  private append(lines: readonly string[], bytes: number): void {
    if (lines.length === 0) return;
    this.throttle?.take(lines.length, 0);
    const { pipeline } = this.options;
    const events: Event[] = lines.map((line) => decodeJsonLine(line).event);
    this.last = pipeline.append(events, pipeline.arrival('json'), { bytes, wanted: false }).catch(() => undefined);
  }
}
