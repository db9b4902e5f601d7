export interface Credentials {
  readonly basicAuth?: { readonly username: string; readonly password: string } | undefined;
  readonly bearerToken?: string | undefined;
}

export function authorisation({ basicAuth, bearerToken }: Credentials): Record<string, string> {
  if (bearerToken !== undefined) return { authorization: `Bearer ${bearerToken}` };
  if (basicAuth === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64')}` };
}
