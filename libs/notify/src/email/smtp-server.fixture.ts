import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a server does: takes mails, answers the sender's address with a code, or keeps silent after the greeting. */
export type SmtpBehaviour = 'well' | 'silent' | 'hanging up' | { readonly answer: string };

/** A real, small SMTP server (RFC 5321 without extensions) that writes down what it is sent. */
export class SmtpServer {
  readonly mails: string[] = [];
  readonly commands: string[] = [];
  behaviour: SmtpBehaviour = 'well';
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor() {
    this.server = createServer((socket) => this.serve(socket));
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let rest = '';
    let mail: string[] | undefined;
    const take = (line: string): void => {
      if (mail === undefined) {
        if (this.command(socket, line)) mail = [];
      } else if (line === '.') {
        this.mails.push(mail.join('\r\n'));
        mail = undefined;
        socket.write('250 queued\r\n');
      } else mail.push(line);
    };
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
    socket.write('220 test ESMTP\r\n');
  }

  /** True when a mail begins. */
  private command(socket: Socket, line: string): boolean {
    const verb = line.slice(0, 4).toUpperCase();
    this.commands.push(line);
    if (verb === 'MAIL' && this.behaviour === 'silent') return false;
    if (verb === 'MAIL' && this.behaviour === 'hanging up') socket.destroy();
    else if (verb === 'MAIL' && typeof this.behaviour === 'object') socket.write(`${this.behaviour.answer}\r\n`);
    else if (verb === 'STAR') socket.write('502 no TLS here\r\n');
    else if (verb === 'DATA') socket.write('354 go on\r\n');
    else if (verb === 'QUIT') socket.end('221 bye\r\n');
    else socket.write(verb === 'EHLO' ? '250-test\r\n250 8BITMIME\r\n' : '250 ok\r\n');
    return verb === 'DATA' && this.behaviour === 'well';
  }
}
