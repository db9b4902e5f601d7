import { sourceOf } from './address.js';

/** Open connections by address; as many entries as there are connections. */
export class ConnectionCount {
  private readonly open = new Map<string, number>();

  /** 0 means: as many as they like. */
  constructor(private readonly max: number) {}

  /** False when that address has as many as it may; else it is counted until `leave`. */
  enter(address: string | undefined): boolean {
    if (this.max === 0) return true;
    const source = sourceOf(address);
    const open = this.open.get(source) ?? 0;
    if (open >= this.max) return false;
    this.open.set(source, open + 1);
    return true;
  }

  leave(address: string | undefined): void {
    const source = sourceOf(address);
    const open = this.open.get(source) ?? 0;
    if (open <= 1) this.open.delete(source);
    else this.open.set(source, open - 1);
  }
}
