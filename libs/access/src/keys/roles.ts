/**
 * What a key may do. `ingest` sends records and sees none, so that it can lie on every machine that ships logs; `read` sees
 * everything and changes nothing; `manage` may do all of it: whoever may change rules and receivers could read through them anyway.
 */
export const ROLES = ['ingest', 'read', 'manage'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

export function permits(held: Role, needed: Role): boolean {
  return held === needed || held === 'manage';
}
