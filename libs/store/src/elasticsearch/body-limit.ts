/**
 * Whether a node refuses a body for its length alone, asked with `Expect: 100-continue` (RFC 9110, section 10.1.1) and without
 * sending one. Elasticsearch answers 413 as soon as it has the headers, and closes: whoever is still writing then meets a
 * broken connection, in every second case before the answer was read, and cannot tell it from a node that went away.
 */
import http from 'node:http';
import https from 'node:https';

/** It is answered from the headers; a proxy that does not know the question may never answer. */
const ANSWER_MS = 2_000;

export interface BodyQuestion {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** PEM text of the authority that signed the node's certificate. */
  readonly ca?: string | undefined;
}

/** True only for a plain 413; false when the node would take the body, does not say, or cannot be reached. */
export function refusesBody({ url, headers, bytes, ca }: BodyQuestion): Promise<boolean> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const asked = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': bytes, expect: '100-continue' },
      agent: false,
      timeout: ANSWER_MS,
      ...(ca !== undefined && { ca }),
    });
    const settle = (refused: boolean): void => {
      resolve(refused);
      asked.destroy();
    };
    asked.on('response', (answer) => settle(answer.statusCode === 413));
    for (const event of ['continue', 'timeout', 'error'] as const) asked.on(event, () => settle(false));
    asked.flushHeaders();
  });
}
