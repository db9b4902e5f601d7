import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeChunk } from './forward-entry.js';
import { type Line, SERVICES } from './line.js';

/** Lines of one chunk: Fluentd's own senders make chunks of some tens of KiB. */
const CHUNK_LINES = 200;
/** Characters, as of Fluent Bit's. */
const CHUNK_ID = 32;
/** An acknowledgement that is not there by then does not come. */
const ACK_MS = 10_000;

export interface SenderOptions {
  readonly host: string;
  readonly port: number;
}

/** Sends lines over the Forward protocol and waits until each chunk is on disk there. */
export class Sender {
  private socket: Socket | undefined;

  constructor(private readonly options: SenderOptions) {}

  /** Rejects when they may not have arrived: sent again under the same name, they are stored once. */
  async send(name: string, lines: readonly Line[], signal: AbortSignal): Promise<void> {
    for (const service of SERVICES) {
      const own = lines.filter((line) => line.service === service);
      for (let at = 0; at < own.length; at += CHUNK_LINES) {
        const chunk = createHash('sha256').update(`${name} ${service} ${at}`).digest('base64').slice(0, CHUNK_ID);
        await this.exchange(encodeChunk(service, own.slice(at, at + CHUNK_LINES), chunk), chunk, signal);
      }
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private async exchange(frame: Buffer, chunk: string, signal: AbortSignal): Promise<void> {
    try {
      const socket = await this.connected(signal);
      socket.write(frame);
      const [answer] = (await once(socket, 'data', { signal: AbortSignal.any([signal, AbortSignal.timeout(ACK_MS)]) })) as [Buffer];
      if (!answer.includes(chunk)) throw new Error('this is no acknowledgement of a forward door');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private async connected(signal: AbortSignal): Promise<Socket> {
    if (this.socket !== undefined && !this.socket.destroyed) return this.socket;
    const socket = connect(this.options);
    this.socket = socket;
    await once(socket, 'connect', { signal });
    // Whoever waits for an answer hears of it by then having none.
    socket.on('error', () => undefined);
    return socket;
  }
}
