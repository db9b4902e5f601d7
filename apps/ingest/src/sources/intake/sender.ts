import type { Caller, Doorkeeper, Meter } from '#libs/access';

/** Who sends, by key and by address. */
export class Sender {
  constructor(
    private readonly doorkeeper: Doorkeeper,
    private readonly caller: Caller,
    private readonly address: string | undefined,
  ) {}

  take(records: number, bytes: number): void {
    for (const meter of this.meters()) meter?.take(records, bytes);
  }

  get waitMs(): number {
    return Math.max(...this.meters().map((meter) => meter?.waitMs ?? 0));
  }

  private meters(): readonly (Meter | undefined)[] {
    const { limits } = this.doorkeeper;
    return [limits.forKey(this.caller.keyId), limits.forAddress(this.address)];
  }
}
