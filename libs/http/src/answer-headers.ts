import type { ServerResponse } from 'node:http';

/** Answers are data: never cached, never guessed to be a page, never loaded into somebody else's. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
/** Half a year: browsers that have seen us over TLS come no other way. Without TLS the header means nothing, and is not sent. */
const STRICT_TRANSPORT = 'max-age=15552000';

export function setAnswerHeaders(response: ServerResponse, overTls: boolean): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (overTls) response.setHeader('strict-transport-security', STRICT_TRANSPORT);
}
