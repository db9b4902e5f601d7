import { Joins, type PartialMark, type TraceRules } from './joins.js';
import type { Journal } from './journal.js';
import { journalFolder, message, openJournal, readToEnd } from './journal.fixture.js';
import type { Line } from './line.js';

const folder = journalFolder();

/** A trace begins with "Error", goes on with indented lines, and is complete with "    at end". */
const rules: TraceRules = {
  begin: (text) => (text.startsWith('Error') ? 1 : undefined),
  continue: (state, text) => (text === '    at end' ? 'last' : text.startsWith('    at') ? (state as number) + 1 : undefined),
};

let now = 0;
let journal: Journal;
let joins: Joins;
let counted: string[];
beforeEach(async () => {
  now = 0;
  counted = [];
  joins = new Joins({ rules, now: () => now, count: (name) => counted.push(name) });
  journal = await openJournal(folder.dir);
});
afterEach(async () => {
  await journal.close();
});

interface Sent {
  readonly stream?: string;
  readonly partial?: PartialMark;
}

/** Places and appends one line, as the pipeline does. */
async function send(text: string, { stream = 'c/stdout', partial }: Sent = {}): Promise<void> {
  const lines = joins.place({ stream, text, partial, position: journal.next, body: () => text, tail: () => message(text) });
  await append(lines);
}

/** The same for lines that come in one chunk. */
async function sendTogether(...texts: readonly string[]): Promise<void> {
  const lines: Line[] = [];
  for (const text of texts) {
    const position = journal.next + lines.length;
    lines.push(...joins.place({ stream: 's', text, partial: undefined, position, body: () => text, tail: () => message(text) }));
  }
  await append(lines);
}

async function append(lines: readonly Line[]): Promise<void> {
  if (lines.length > 0) await journal.append({ lines, urgent: true });
}

async function wait(ms: number): Promise<void> {
  now += ms;
  await append(joins.due());
}

function part(id: string | undefined, ordinal?: number, last?: boolean): Sent {
  return { partial: { id, ordinal, last } };
}

async function messages(): Promise<string[]> {
  return (await readToEnd(journal)).map((record) => record.message);
}

describe('stack traces', () => {
  it('are joined until a finished line of the same stream comes, which comes behind them', async () => {
    await send('Error: x');
    await send('    at a');
    await send('    at b');
    await send('done');
    expect(await messages()).toEqual(['Error: x\n    at a\n    at b', 'done']);
  });

  it('end with their last part', async () => {
    await send('Error: x');
    await send('    at end');
    expect(joins.open).toBe(0);
    expect(joins.deadline).toBe(Infinity);
    expect(await messages()).toEqual(['Error: x\n    at end']);
  });

  it('end where another begins', async () => {
    await send('Error: x');
    await send('Error: y');
    await wait(51);
    expect(await messages()).toEqual(['Error: x', 'Error: y']);
  });

  it('end after 50 ms of silence', async () => {
    await send('Error: x');
    await wait(49);
    expect(joins.open).toBe(1);
    expect(joins.deadline).toBe(50);
    await wait(2);
    expect(joins.open).toBe(0);
    await send('    at a');
    expect(await messages()).toEqual(['Error: x', '    at a']);
  });

  it('end at an age of one second', async () => {
    await send('Error: x');
    for (let at = 0; at < 25; at++) {
      await wait(40);
      await send('    at a');
    }
    expect((await messages())[0]?.split('\n')).toHaveLength(25);
  });

  it('end at 1 MiB, counted', async () => {
    await send('Error: x');
    await send(`    at ${'a'.repeat(700_000)}`);
    await send(`    at ${'b'.repeat(700_000)}`);
    expect(counted).toEqual(['join_too_long']);
    expect((await messages()).map((text) => text.length)).toEqual([700_016, 700_007]);
  });

  it('of different streams do not touch each other', async () => {
    await send('Error: x', { stream: 'c/stderr' });
    await send('between');
    await send('    at end', { stream: 'c/stderr' });
    expect(await messages()).toEqual(['between', 'Error: x\n    at end']);
  });

  it('end at a finished line that never asked to be joined', async () => {
    await send('Error: x');
    expect(joins.has('c/stdout')).toBe(true);
    await append([...joins.finish('c/stdout'), message('plain')]);
    expect(joins.has('c/stdout')).toBe(false);
    expect(await messages()).toEqual(['Error: x', 'plain']);
  });

  it('are not joined without rules', async () => {
    joins = new Joins({ now: () => now });
    await send('Error: x');
    await send('    at a');
    expect(await messages()).toEqual(['Error: x', '    at a']);
  });

  it('can begin and end within one append', async () => {
    await sendTogether('before', 'Error: x', '    at a', 'after');
    expect(await messages()).toEqual(['before', 'Error: x\n    at a', 'after']);
  });
});

describe("Docker's parts", () => {
  it('are joined by partial id and ordinal, also interleaved and out of order', async () => {
    await send('a1', part('A', 1, false));
    await send('b1', part('B', 1, false));
    await send('a3', part('A', 3, true));
    await send('b2', part('B', 2, true));
    await send('a2', part('A', 2, false));
    expect(joins.open).toBe(0);
    expect(await messages()).toEqual(['b1b2', 'a1a2a3']);
  });

  it('of both streams of a container are joined apart', async () => {
    await send('o1', { ...part('A', 1, false), stream: 'c/stdout' });
    await send('e1', { ...part('A', 1, false), stream: 'c/stderr' });
    await send('e2', { ...part('A', 2, true), stream: 'c/stderr' });
    await send('o2', { ...part('A', 2, true), stream: 'c/stdout' });
    expect(await messages()).toEqual(['e1e2', 'o1o2']);
  });

  it('that end with partial_last "false" are ended 5 s after the latest', async () => {
    await send('a1', part('A', 1, false));
    await wait(4000);
    await send('a2', part('A', 2, false));
    await wait(4999);
    expect(joins.open).toBe(1);
    await wait(1);
    expect(await messages()).toEqual(['a1a2']);
  });

  it('end with an empty last part', async () => {
    await send('a1', part('A', 1, false));
    await send('', part('A', 2, true));
    expect(await messages()).toEqual(['a1']);
  });

  it('of Docker 18, with the bare mark only, end with the line that lacks it', async () => {
    await send('a1', part(undefined));
    await send('a2', part(undefined));
    await send('a3');
    await send('next');
    expect(await messages()).toEqual(['a1a2a3', 'next']);
  });

  it('end when a finished line of the same stream comes', async () => {
    await send('a1', part('A', 1, false));
    await send('line');
    expect(await messages()).toEqual(['a1', 'line']);
  });

  it('end at 16 MiB, counted, and go on as a new record', async () => {
    const text = 'x'.repeat(6 * 1024 * 1024);
    for (let at = 1; at <= 3; at++) await send(text, part('A', at, false));
    await wait(5000);
    expect(counted).toEqual(['join_too_long']);
    expect((await messages()).map((each) => each.length)).toEqual([text.length * 2, text.length]);
  });

  it('end the oldest join when more than 4096 are open, counted', async () => {
    for (let at = 0; at < 4100; at++) {
      const position = journal.next;
      joins.place({
        stream: `s${at}`,
        text: 'x',
        partial: { id: 'A', ordinal: 1, last: false },
        position,
        body: () => 'x',
        tail: () => '}',
      });
    }
    expect(joins.open).toBe(4096);
    expect(counted).toHaveLength(4);
  });
});

describe('a joined record', () => {
  it('ends where an append is refused or fails, and what comes begins anew', async () => {
    await send('Error: x');
    await expect(journal.append({ lines: [] })).rejects.toMatchObject({ code: 'journal_append_invalid' });
    joins.interrupt();
    await send('    at a');
    expect(await messages()).toEqual(['Error: x', '    at a']);
    expect(journal.gauges['open_joins']).toBe(0);
  });

  it('has the position of its end and an id over the ids of all its parts, the same at every replay', async () => {
    await send('before');
    await send('Error: x');
    await send('    at a');
    await send('after');
    const first = await readToEnd(journal, 'one');
    const again = await readToEnd(journal, 'two');
    expect(again.slice(0, first.length)).toEqual(first);
    const sequences = first.map((record) => record.sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(new Set(first.map((record) => record.id)).size).toBe(3);
  });

  it('is collected again from the oldest open join after a restart, and nothing is handed on twice', async () => {
    await send('Error: x');
    await send('between', { stream: 'other' });
    const reader = journal.reader('drain');
    const delivery = await reader.read({ maxBytes: 1 << 20, maxRecords: 100 });
    expect(delivery?.count).toBe(1);
    expect(delivery?.cursor.from).toBeLessThan(delivery?.cursor.position as number);
    await reader.commit(delivery?.cursor as { position: number; from: number });
    await send('    at a');
    await journal.close();
    journal = await openJournal(folder.dir);
    expect(await messages()).toEqual(['Error: x\n    at a']);
  });

  it('is collected again after a restart when its first line was in the middle of a chunk', async () => {
    await sendTogether('before', 'Error: x', '    at a');
    const reader = journal.reader('drain');
    const delivery = await reader.read({ maxBytes: 1 << 20, maxRecords: 100 });
    await reader.commit(delivery?.cursor as { position: number; from: number });
    await journal.close();
    journal = await openJournal(folder.dir);
    expect(await messages()).toEqual(['Error: x\n    at a']);
  });

  it('counts its parts: lines are records and what was joined into them', async () => {
    await send('Error: x');
    await send('    at end');
    const delivery = await journal.reader('drain').read({ maxBytes: 1 << 20, maxRecords: 100 });
    expect(delivery).toMatchObject({ count: 1, joined: 1, lines: 2 });
  });

  it('keeps the segments that its first part needs', async () => {
    await journal.close();
    journal = await openJournal(folder.dir, { segmentBytes: 300 });
    await send('Error: x');
    const reader = journal.reader('drain');
    let onDisk: Promise<void> | undefined;
    for (let at = 0; at < 5; at++) {
      await send('y'.repeat(300), { stream: 'other' });
      const delivery = await reader.read({ maxBytes: 1 << 20, maxRecords: 100 });
      onDisk = reader.commit(delivery?.cursor as { position: number; from: number });
    }
    await onDisk;
    const kept = journal.gauges['segments'] as number;
    expect(kept).toBeGreaterThanOrEqual(5);
    await journal.close();
    journal = await openJournal(folder.dir);
    expect(await messages()).toEqual(['Error: x']);
  });
});
