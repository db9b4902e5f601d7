/** Shorter ones are no secrets, and would make holes everywhere. */
const SHORTEST_SECRET = 6;

/** `text` with each of the secrets, as such or URL-encoded, taken out. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    clean = clean.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***');
  }
  return clean;
}
