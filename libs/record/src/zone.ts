/** Offsets of an IANA zone. They change on quarter hours only, so one look-up serves a quarter of an hour. */

const QUARTER = 900;

export class Zone {
  readonly #format: Intl.DateTimeFormat | undefined;
  #quarter = Number.NaN;
  #offset = 0;

  /** Throws a RangeError for an unknown zone. */
  constructor(name: string) {
    const utc = name === 'UTC' || name === 'Etc/UTC' || name === '';
    this.#format = utc ? undefined : new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Seconds east of UTC at a local time (as if UTC), as `local - offset` is the true time. */
  offsetAtLocal(local: number): number {
    if (this.#format === undefined) return 0;
    const quarter = Math.floor(local / QUARTER);
    if (quarter !== this.#quarter) {
      this.#quarter = quarter;
      this.#offset = this.#offsetAt(this.#format, local - this.#offsetAt(this.#format, local));
    }
    return this.#offset;
  }

  #offsetAt(format: Intl.DateTimeFormat, seconds: number): number {
    const name = format.formatToParts(seconds * 1000).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const found = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
    if (found === null) return 0;
    const offset = Number(found[2]) * 3600 + Number(found[3]) * 60;
    return found[1] === '-' ? -offset : offset;
  }
}
