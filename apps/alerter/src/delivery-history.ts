import { DELIVERIES, type DeliveryLine, slotKey } from '#libs/notify';

/** The last deliveries, as entries of the checkpoint: a ring, so that it stays as large as it is. */
export class DeliveryHistory {
  private next = 0;

  constructor(state: ReadonlyMap<string, string>) {
    for (const [key, text] of state) {
      if (key.startsWith(DELIVERIES)) this.next = Math.max(this.next, (JSON.parse(text) as { number: number }).number + 1);
    }
  }

  add(lines: readonly DeliveryLine[]): [string, string][] {
    return lines.map((line) => {
      const number = this.next++;
      return [slotKey(number), JSON.stringify({ number, ...line })];
    });
  }
}
