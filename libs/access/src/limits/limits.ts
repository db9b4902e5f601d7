import { sourceOf } from './address.js';
import { BoundedTable } from './bounded-table.js';
import { Meter, type Rate } from './meter.js';
import { TokenBucket } from './token-bucket.js';

/** Some 200 bytes each: 2 MiB. Addresses beyond it share one meter, which is counted. */
const MAX_ADDRESSES = 10_000;
/** As many as there can be keys. */
const MAX_KEYS = 1_000;

export interface LimitsOptions {
  readonly perKey: Rate;
  readonly perAddress: Rate;
  /** Open connections of one address at each listener; 0 means: not limited. */
  readonly connectionsPerAddress: number;
  /** Wrong keys of one address a minute. */
  readonly wrongKeysPerMinute: number;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  readonly onTableFull: () => void;
}

/** How much each sender may send. What is not limited costs nothing: its meter is undefined. */
export class Limits {
  private readonly keys: BoundedTable<Meter> | undefined;
  private readonly addresses: BoundedTable<Meter> | undefined;
  private readonly wrongKeys: BoundedTable<TokenBucket>;
  readonly connectionsPerAddress: number;

  constructor(options: LimitsOptions) {
    const { perKey, perAddress, wrongKeysPerMinute, now, onTableFull: onFull } = options;
    const meters = (rate: Rate, max: number): BoundedTable<Meter> | undefined =>
      rate.records === 0 && rate.bytes === 0
        ? undefined
        : new BoundedTable({ max, make: () => new Meter(rate, now), isIdle: (meter) => meter.isIdle, onFull, now });
    this.keys = meters(perKey, MAX_KEYS);
    this.addresses = meters(perAddress, MAX_ADDRESSES);
    this.wrongKeys = new BoundedTable({
      max: MAX_ADDRESSES,
      make: () => new TokenBucket(wrongKeysPerMinute / 60, now, wrongKeysPerMinute),
      isIdle: (bucket) => bucket.isFull,
      onFull,
      now,
    });
    this.connectionsPerAddress = options.connectionsPerAddress;
  }

  /** Whether addresses are metered at all. */
  get metersAddresses(): boolean {
    return this.addresses !== undefined;
  }

  forKey(id: string | undefined): Meter | undefined {
    return id === undefined ? undefined : this.keys?.of(id);
  }

  forAddress(address: string | undefined): Meter | undefined {
    return this.addresses?.of(sourceOf(address));
  }

  /** Counts a wrong key; false when that address has tried too many. */
  mayTryKeys(address: string | undefined): boolean {
    return this.wrongKeys.of(sourceOf(address)).takeOne();
  }
}
