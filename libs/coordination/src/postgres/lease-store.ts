import type { PgQueryable } from 'bullmq';
import type { LeaseClaim, LeaseStore } from '../lease.js';

/** The server's clock, so that clocks of clients never matter. */
const NOW_MS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

const CLAIM = `
INSERT INTO logweir.lease AS lease (name, owner, until_ms, fence) VALUES ($1, $2, ${NOW_MS} + $3::bigint, $4::bigint + 1)
ON CONFLICT (name) DO UPDATE
  SET owner = excluded.owner, until_ms = excluded.until_ms, fence = greatest(lease.fence, $4::bigint) + 1
  WHERE lease.until_ms <= ${NOW_MS} OR lease.owner = excluded.owner
RETURNING fence`;

const RENEW = `
UPDATE logweir.lease SET until_ms = ${NOW_MS} + $3::bigint
WHERE name = $1 AND owner = $2 AND until_ms > ${NOW_MS} RETURNING name`;

const RELEASE = 'UPDATE logweir.lease SET until_ms = 0 WHERE name = $1 AND owner = $2';

export class PostgresLeaseStore implements LeaseStore {
  constructor(private readonly database: PgQueryable) {}

  async claim({ name, owner, leaseMs }: LeaseClaim, epochMs: number): Promise<number | undefined> {
    const { rows } = await this.database.query<{ fence: string | number }>(CLAIM, [name, owner, leaseMs, Math.floor(epochMs)]);
    return rows[0] === undefined ? undefined : Number(rows[0].fence);
  }

  async renew({ name, owner, leaseMs }: LeaseClaim): Promise<boolean> {
    return (await this.database.query(RENEW, [name, owner, leaseMs])).rows.length === 1;
  }

  async release({ name, owner }: LeaseClaim): Promise<void> {
    await this.database.query(RELEASE, [name, owner]);
  }
}
