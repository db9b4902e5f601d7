/**
 * Mail over SMTP. The connection is made here, by the same address policy as all others, and given to nodemailer. 4xx
 * answers pass, 5xx want a person (RFC 5321, 4.2.1). One of several recipients refused is delivered: the others have it.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import type { Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { HTTP_TIMEOUT_MS } from '../http/http-sender.js';
import { networkError } from '../http/network-error.js';
import { withoutSecrets } from '../http/without-secrets.js';
import type { Delivered, Receiver } from '../receiver.js';
import type { Surroundings } from '../surroundings.js';
import { formatMail } from './message.js';

export interface EmailSettings {
  readonly to: readonly string[];
  readonly from: string;
  readonly host: string;
  readonly port: number;
  /** starttls: required, not tried; implicit: TLS from the first byte. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** How much of a server's answer is worth reading. */
const SHOWN_ANSWER = 160;
const CONNECT_TIMEOUT_MS = 5_000;

export class EmailReceiver implements Receiver {
  readonly kind = 'email';

  constructor(
    private readonly settings: EmailSettings,
    private readonly around: Surroundings,
    private readonly timeoutMs = HTTP_TIMEOUT_MS,
  ) {}

  async send(notification: Notification, signal: AbortSignal): Promise<Delivered> {
    const startedAt = performance.now();
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.timeoutMs);
    let socket: Socket | undefined;
    try {
      socket = await this.connect(AbortSignal.any([signal, deadline.signal]));
      const status = await this.submit(notification, socket);
      return { status, latencyMs: performance.now() - startedAt };
    } catch (error) {
      throw this.failure(error, { stopped: signal.aborted, late: deadline.signal.aborted, connected: socket !== undefined });
    } finally {
      clearTimeout(timer);
      socket?.destroy();
    }
  }

  private connect(signal: AbortSignal): Promise<Socket> {
    const { host, port } = this.settings;
    const { policy } = this.around;
    return new Promise((resolve, reject) => {
      policy.check(canonicalHost(host), port);
      const socket = connectSocket({ host, port, lookup: policy.lookup(port), timeout: CONNECT_TIMEOUT_MS });
      const stop = (): void => void socket.destroy(new Error('stopped'));
      signal.addEventListener('abort', stop, { once: true });
      socket.once('timeout', () => socket.destroy(Object.assign(new Error('no answer'), { code: 'UND_ERR_CONNECT_TIMEOUT' })));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.setTimeout(0);
        resolve(socket);
      });
    });
  }

  private async submit(notification: Notification, socket: Socket): Promise<number> {
    const { host, port, tls, username, password, from, to } = this.settings;
    // Loaded when somebody is written to.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket: (_options, callback) => callback(null, { connection: socket }),
      ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    });
    const { subject, text, html, messageId, references } = formatMail(notification, this.around.externalUrl);
    const headers = { 'Auto-Submitted': 'auto-generated', 'X-Logweir-Notification': notification.id };
    const date = new Date(this.around.now());
    const sent = await transport.sendMail({ from, to: [...to], subject, text, html, messageId, references, headers, date });
    return Number.parseInt(sent.response, 10) || 250;
  }

  private failure(error: unknown, how: { readonly stopped: boolean; readonly late: boolean; readonly connected: boolean }): DeliveryError {
    const peer = `smtp://${this.settings.host}:${this.settings.port}`;
    const uncertain = how.connected ? { uncertain: true } : {};
    if (how.stopped) return new DeliveryError(`${peer}: stopped while it was being sent`, { retryable: true, ...uncertain });
    if (how.late) return new DeliveryError(`${peer} did not answer within ${this.timeoutMs / 1_000} s`, { retryable: true, ...uncertain });
    const status = codeOfAnswer(error);
    if (status === undefined) return networkError(peer, error);
    const secrets = [this.settings.password ?? ''];
    const said = error instanceof Error ? withoutSecrets(error.message, secrets).slice(0, SHOWN_ANSWER) : '';
    return new DeliveryError(`${peer} answered ${status}: ${said}`, { retryable: status < 500, status });
  }

  async close(): Promise<void> {
    // A connection lives as long as its mail.
  }
}

/** Odd forms of addresses (`0x7f000001`, `2130706433`) as what the system would make of them. */
function canonicalHost(host: string): string {
  const text = host.includes(':') ? `[${host}]` : host;
  return URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`).hostname : host;
}

function codeOfAnswer(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return undefined;
  return typeof error.responseCode === 'number' ? error.responseCode : undefined;
}
