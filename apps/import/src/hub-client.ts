import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeMessagePack } from '#libs/protocols/forward';

export interface HubClientOptions {
  readonly host: string;
  readonly port: number;
  /** Without any acknowledgement for so long it ends with an error. */
  readonly giveUpMs: number;
  /** A connection that was lost, or could not be made. */
  readonly onTrouble: (message: string) => void;
  readonly now: () => number;
}

/** The message says what to do. */
export class HubError extends Error {}

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;

/** Sends chunks over the Forward protocol until every one is acknowledged, over a new connection when one is lost. */
export class HubClient {
  private connection: Connection | undefined;

  constructor(private readonly options: HubClientOptions) {}

  /** Resolves when all are acknowledged. Throws `HubError` when the hub is away for too long, and the signal's reason. */
  async send(ids: readonly string[], frames: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const open = new Map(ids.map((id, index) => [id, frames[index] as Buffer]));
    const { now, giveUpMs, onTrouble } = this.options;
    let heard = now();
    for (let wait = FIRST_WAIT_MS; open.size > 0; wait = Math.min(MAX_WAIT_MS, wait * 2)) {
      const before = open.size;
      const failure = await this.attempt(open, { signal, deadline: heard + giveUpMs });
      if (open.size < before) {
        heard = now();
        wait = FIRST_WAIT_MS;
      }
      if (failure === undefined) continue;
      this.close();
      if (failure.final || now() - heard >= giveUpMs) throw new HubError(`${this.name}: ${failure.message}`);
      onTrouble(`${this.name}: ${failure.message}; trying again`);
      await pause(wait, undefined, { signal });
    }
  }

  close(): void {
    this.connection?.socket.destroy();
    this.connection = undefined;
  }

  private get name(): string {
    return `${this.options.host}:${this.options.port}`;
  }

  private async attempt(
    open: Map<string, Buffer>,
    { signal, deadline }: { signal: AbortSignal; deadline: number },
  ): Promise<Failure | undefined> {
    try {
      signal.throwIfAborted();
      this.connection ??= await Connection.open(this.options);
      await this.connection.exchange(open, AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, deadline - this.options.now()))]));
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return { message: (error as Error).message, final: error instanceof HubError };
    }
  }
}

interface Failure {
  readonly message: string;
  /** Trying again cannot help. */
  readonly final: boolean;
}

/** `{"ack": id}` with an id of 24 characters. */
const ACK = encodeMessagePack({ ack: 'x'.repeat(24) });
const ACK_HEAD = ACK.subarray(0, -24);

class Connection {
  private received = Buffer.alloc(0);

  private constructor(readonly socket: net.Socket) {}

  static open({ host, port }: HubClientOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host, port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        // Whoever exchanges next sees that it is destroyed.
        socket.off('error', reject).on('error', () => undefined);
        resolve(new Connection(socket));
      });
    });
  }

  /** Takes what is acknowledged out of `open`. */
  exchange(open: Map<string, Buffer>, signal: AbortSignal): Promise<void> {
    const { socket } = this;
    return new Promise<void>((resolve, reject) => {
      const settle = (error?: Error): void => {
        socket.off('data', read).off('close', closed).off('error', settle);
        signal.removeEventListener('abort', late);
        if (error === undefined) resolve();
        else reject(error);
      };
      const closed = (): void => settle(new Error('the connection was closed'));
      const late = (): void => settle(new Error('no acknowledgement: its journal may be full'));
      const read = (bytes: Buffer): void => {
        try {
          this.take(bytes, open);
          if (open.size === 0) settle();
        } catch (error) {
          settle(error as Error);
        }
      };
      socket.on('data', read).on('close', closed).on('error', settle);
      signal.addEventListener('abort', late);
      if (signal.aborted) late();
      else if (socket.destroyed) closed();
      else for (const frame of open.values()) socket.write(frame);
    });
  }

  private take(bytes: Buffer, open: Map<string, Buffer>): void {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= ACK.length) {
      if (!this.received.subarray(0, ACK_HEAD.length).equals(ACK_HEAD)) {
        throw new HubError('this is no plain forward door: --to must name the host and port of LOGWEIR_FORWARD_PORT');
      }
      open.delete(this.received.toString('latin1', ACK_HEAD.length, ACK.length));
      this.received = this.received.subarray(ACK.length);
    }
  }
}
