import type { Socket } from 'node:net';
import type { Limits } from '#libs/access';

/** What one connection's address may send. A sender that is over it is not read for a while: nothing is lost, it waits. */
export class Throttle {
  /** `onPaused`: reading stops. */
  constructor(
    private readonly limits: Limits,
    private readonly address: string | undefined,
    readonly onPaused: () => void,
  ) {}

  take(records: number, bytes: number): void {
    this.limits.forAddress(this.address)?.take(records, bytes);
  }

  /** Until it may be read again, in milliseconds. */
  get waitMs(): number {
    return this.limits.forAddress(this.address)?.waitMs ?? 0;
  }
}

/** None where addresses are not limited: reading then costs what it costs without. */
export function throttleOf(options: { readonly limits: Limits; readonly onPaused: () => void }, socket: Socket): Throttle | undefined {
  return options.limits.metersAddresses ? new Throttle(options.limits, socket.remoteAddress, options.onPaused) : undefined;
}
