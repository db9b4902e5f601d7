import net from 'node:net';

/** So long a chunk waits for its acknowledgement. */
const ACK_PATIENCE_MS = 3_000;

/** MessagePack text of at most 64 KiB. */
export function str(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0xda, bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** A Forward client with `require_ack_response`: one chunk in flight, a new connection after anything went wrong. */
export class ForwardClient {
  private socket: net.Socket | undefined;

  /** `from`: its own address, where not the usual one. */
  constructor(
    private readonly port: number,
    private readonly from?: string,
  ) {}

  /** Sends one frame; true when it was acknowledged. `sending` is called when the connection is there. */
  async exchange(frame: Buffer, chunk: string, sending: () => void): Promise<boolean> {
    try {
      // It may have been closed while nothing was asked of it.
      if (this.socket?.writable !== true) this.socket = await connect(this.port, this.from);
      sending();
      await answered(this.socket, frame, chunk);
      return true;
    } catch {
      this.close();
      return false;
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }
}

function connect(port: number, localAddress: string | undefined): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const address = { host: '127.0.0.1', port, ...(localAddress === undefined ? {} : { localAddress }) };
    const socket = net.connect(address, () => resolve(socket));
    socket.on('error', reject);
  });
}

function answered(socket: net.Socket, frame: Buffer, chunk: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = '';
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      socket.removeAllListeners('data').removeAllListeners('close');
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(() => settle(new Error('no ack')), ACK_PATIENCE_MS);
    socket.on('close', () => settle(new Error('closed')));
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1');
      if (got.includes(chunk)) settle();
    });
    socket.write(frame);
  });
}
