/** A key is some 70 characters; with a user's name and base64 a header stays below this. */
const MAX_HEADER = 1_024;

/**
 * The key in an `Authorization` header, in the forms that shippers know:
 *
 *     Bearer <key>
 *     ApiKey <key>, or as Elasticsearch's clients write it: ApiKey base64(<anything>:<key>)
 *     Basic base64(<any user>:<key>)
 *
 * Empty when the header has none of them.
 */
export function keyIn(header: string): string {
  if (header.length > MAX_HEADER) return '';
  const [, scheme = '', rest = ''] = /^([A-Za-z]+) +(\S+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return rest;
    case 'apikey':
      return rest.startsWith('logweir_') ? rest : lastPart(rest);
    case 'basic':
      return lastPart(rest);
    default:
      return '';
  }
}

/** A key has no colon. */
function lastPart(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  return text.slice(text.lastIndexOf(':') + 1);
}
