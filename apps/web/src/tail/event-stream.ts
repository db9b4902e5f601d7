/** One event of `text/event-stream`; an id without data moves the place to resume from. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Longest event that is waited for: a record is 1 MiB at most. */
const MOST_PENDING = 4 * 1_024 * 1_024;

/** Reads server-sent events from pieces of text, wherever they are cut. Throws when one is too long. */
export class EventStream {
  private pending = '';

  push(text: string): StreamEvent[] {
    const blocks = (this.pending + text).split('\n\n');
    this.pending = blocks.pop() ?? '';
    if (this.pending.length > MOST_PENDING) throw new Error('an event of the tail is too long');
    return blocks.map(eventOf);
  }
}

/** The hub ends lines with \n alone, and writes each value after one space. */
function eventOf(block: string): StreamEvent {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  return { event: fields.get('event') ?? '', data: fields.get('data') ?? '', id: fields.get('id') };
}
