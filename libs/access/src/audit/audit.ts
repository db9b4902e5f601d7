/** Who changed what, and when. Kept in documents, bounded, newest first at `GET /api/v1/audit`. */
export interface AuditEntry {
  /** RFC 3339. */
  readonly at: string;
  /** `key <name>`, `address <ip>` where no key was needed, or `command` for who has the machine. */
  readonly actor: string;
  /** A noun and a verb: `rule.create`, `silence.expire`, `key.revoke`, `dead-letter.replay`. */
  readonly action: string;
  /** What it was done to: a name or an id. */
  readonly target: string;
  /** `refused`: it was asked for by somebody who may, and not done. */
  readonly outcome: 'done' | 'refused';
  /** At most 4 KiB of JSON; never a secret, never a record. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface Audit {
  /** Resolves when the entry is durable, or when it is logged that it could not be kept: a change that was made is never undone for it. */
  append(entry: AuditEntry): Promise<void>;
}
