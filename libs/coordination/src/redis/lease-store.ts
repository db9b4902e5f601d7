import type { Redis } from 'ioredis';
import type { LeaseClaim, LeaseStore } from '../lease.js';

/** KEYS: lease, fence. ARGV: owner, milliseconds, epoch of the caller. The fence outlives every lease. */
const CLAIM = `
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] then return false end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
local stored = tonumber(redis.call('get', KEYS[2]) or '0')
local fence = string.format('%.0f', math.max(stored, tonumber(ARGV[3])) + 1)
redis.call('set', KEYS[2], fence)
return fence`;

const RENEW = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('pexpire', KEYS[1], ARGV[2])`;

const RELEASE = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])`;

export class RedisLeaseStore implements LeaseStore {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  async claim({ name, owner, leaseMs }: LeaseClaim, epochMs: number): Promise<number | undefined> {
    const key = this.keyOf(name);
    const fence = await this.redis.eval(CLAIM, 2, key, `${key}:fence`, owner, leaseMs, Math.floor(epochMs));
    return fence === null ? undefined : Number(fence);
  }

  async renew({ name, owner, leaseMs }: LeaseClaim): Promise<boolean> {
    return (await this.redis.eval(RENEW, 1, this.keyOf(name), owner, leaseMs)) === 1;
  }

  async release({ name, owner }: LeaseClaim): Promise<void> {
    await this.redis.eval(RELEASE, 1, this.keyOf(name), owner);
  }

  private keyOf(name: string): string {
    return `${this.prefix}:lease:${name}`;
  }
}
