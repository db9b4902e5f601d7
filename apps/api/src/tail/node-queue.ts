import type { Place, TailEvent } from '#libs/tail';

/** What waits here besides what waits on the node: a few reads of a socket. */
const MAX_BYTES = 512 * 1024;

/** Events of all nodes in the order in which they came; who puts them waits while there are too many. */
export class NodeQueue {
  /** By node: behind what was put. */
  readonly places = new Map<string, Place>();
  private readonly events: TailEvent[] = [];
  private bytes = 0;
  private closed = false;
  private taking: (() => void) | undefined;
  private readonly putting: (() => void)[] = [];

  /** Resolves when there is room for more. */
  async put(event: TailEvent): Promise<void> {
    const fresh = this.fresh(event);
    if (fresh === undefined || this.closed) return;
    this.events.push(fresh);
    this.bytes += bytesOf(fresh);
    this.taking?.();
    while (this.bytes > MAX_BYTES && !this.closed) await new Promise<void>((resolve) => this.putting.push(resolve));
  }

  async take(): Promise<TailEvent | undefined> {
    while (this.events.length === 0 && !this.closed) await new Promise<void>((resolve) => (this.taking = resolve));
    const event = this.events.shift();
    if (event === undefined || this.closed) return undefined;
    this.bytes -= bytesOf(event);
    for (const resolve of this.putting.splice(0)) resolve();
    return event;
  }

  putBeginsFirst(): void {
    const rank = ({ kind }: TailEvent): number => (kind === 'begin' ? 0 : 1);
    this.events.sort((a, b) => rank(a) - rank(b));
  }

  close(): void {
    this.closed = true;
    this.taking?.();
    for (const resolve of this.putting.splice(0)) resolve();
  }

  /** Without records that were here before: a node that begins again may send some twice. */
  private fresh(event: TailEvent): TailEvent | undefined {
    if (event.kind !== 'records' && event.kind !== 'begin') return event;
    const known = this.places.get(event.node);
    if (known !== undefined && event.place.position < known.position) return undefined;
    this.places.set(event.node, event.place);
    if (event.kind === 'begin' || known === undefined) return event;
    return { ...event, records: event.records.filter(({ position }) => position >= known.position) };
  }
}

function bytesOf(event: TailEvent): number {
  return event.kind === 'records' ? event.records.reduce((sum, { source }) => sum + source.length, 0) : 0;
}
