import dgram from 'node:dgram';
import { doorError } from '../source.js';

const BEAT = Buffer.from([0]);

/** The Forward protocol's UDP heartbeat: one zero byte in, one zero byte back, on the port that TCP has. */
export class UdpHeartbeat {
  private readonly socket: dgram.Socket;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {
    this.socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.socket.on('message', (message, peer) => {
      // An answer no longer than the question: nobody can use this door to flood somebody else.
      if (message.length === 1 && message[0] === 0) this.socket.send(BEAT, peer.port, peer.address);
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('error', (error) => reject(doorError(error, 'LOGWEIR_FORWARD_PORT', `udp ${this.host}:${this.port}`)));
      this.socket.bind(this.port, this.host, () => resolve());
    });
    this.socket.removeAllListeners('error').on('error', () => undefined);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}
