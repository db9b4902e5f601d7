import type { Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import type { Delivered, Receiver } from '../receiver.js';
import type { HttpAnswer, HttpPost, HttpSender } from './http-sender.js';

/** How much of an answer is worth reading in a history. */
const SHOWN_ANSWER = 120;

export interface HttpReceiverParts {
  readonly kind: string;
  readonly sender: HttpSender;
  readonly render: (notification: Notification) => HttpPost;
  /** What is wrong with an answer of 2xx; absent: nothing can be. */
  readonly judge?: (answer: HttpAnswer) => DeliveryError | undefined;
}

/** A receiver that is one POST per notification. */
export class HttpReceiver implements Receiver {
  readonly kind: string;

  constructor(private readonly parts: HttpReceiverParts) {
    this.kind = parts.kind;
  }

  async send(notification: Notification, signal: AbortSignal): Promise<Delivered> {
    const answer = await this.parts.sender.post(this.parts.render(notification), signal);
    const problem = refusal(answer) ?? this.parts.judge?.(answer);
    if (problem !== undefined) throw problem;
    return { status: answer.status, latencyMs: answer.latencyMs };
  }

  async close(): Promise<void> {
    await this.parts.sender.close();
  }
}

/** What a status outside 2xx means: 408, 429 and 5xx pass, 410 is for ever, the rest wants a person. */
export function refusal(answer: HttpAnswer): DeliveryError | undefined {
  const { status, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return undefined;
  const retryable = status === 408 || status === 429 || status >= 500;
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  const gone = status === 410 ? { gone: true } : {};
  return new DeliveryError(answered(answer), { retryable, status, ...after, ...gone });
}

/** An answer of 2xx that is not what the service says when it has taken a message. */
export function garbage(answer: HttpAnswer, wanted: string): DeliveryError {
  return new DeliveryError(`${answered(answer)}; ${wanted} was expected`, { retryable: true, status: answer.status, uncertain: true });
}

function answered({ peer, status, body }: HttpAnswer): string {
  const shown = body.trim().slice(0, SHOWN_ANSWER);
  const redirect = status >= 300 && status < 400 ? ' (redirects are not followed: set the final URL)' : '';
  return `${peer} answered ${status}${redirect}${shown === '' ? '' : `: ${shown}`}`;
}
