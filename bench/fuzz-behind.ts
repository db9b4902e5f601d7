import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '#libs/journal';
import { FieldCache, ForwardDecoder } from '#libs/protocols/forward';
import { decodeJsonLine } from '#libs/protocols/ndjson';
import { formatQuery, parseQuery, QueryError, toElasticsearch, toPredicate, type Query, toSql } from '#libs/query';
import { type Arrival, type Event, Normaliser, RECORD_HEAD } from '#libs/record';

/** What stands behind the decoders: the query language, the normaliser, and a start over a damaged journal. */

const NOW_NS = 1_795_233_863_785_232_175n;
const ARRIVAL: Arrival = { createdNs: NOW_NS, source: 'forward' };

export const QUERIES: readonly Buffer[] = [
  'level:>=warn service:checkout "connection reset" -healthz',
  '(user_id:4711 OR region:eu-*) AND NOT status:[400 TO 499] http.response.status_code:>=500',
  'message:/time(out|d out)/ client.ip:10.0.0.0/8 @timestamp:>now-15m trace:0af7651916cd43dd8448eb211c80319c',
  'attributes.*:"결제 실패" labels.team:null not (a:1 or b:true) {x} c:\\"d\\" _exists_:error.type',
].map((text) => Buffer.from(text));

/** A query is understood or refused with a `QueryError`; what is understood is written back to a fixed point. */
export function runQuery(pieces: readonly Buffer[]): void {
  const query = understood(Buffer.concat(pieces).toString());
  if (query === undefined) return;
  const text = formatQuery(query);
  if (formatQuery(parseQuery(text)) !== text) throw new Error(`written as ${text}, read again as ${formatQuery(parseQuery(text))}`);
}

/** `parseQuery` refuses by itself what no back end can ask, so they must take all it gives. */
function understood(text: string): Query | undefined {
  try {
    const query = parseQuery(text);
    for (const translate of [toSql, toElasticsearch, toPredicate]) translate(query, { nowNs: NOW_NS });
    return query;
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

export const LINES: readonly Buffer[] = [
  '{"level":30,"time":1795233863785,"pid":1,"hostname":"web","msg":"hello","a":{"b":[1,2.5e3,"서버",null]},"err":{"type":"E","stack":"E: x\\n    at f"}}',
  '{"time":"2026-11-21T04:05:06Z","level":"warning","msg":"a","msg":"b","__proto__":{"x":1},"":0,"user_id":12345678901234567890}',
  '{"component":"db","level":"error","error":"no route","log":{"level":"info"},"log.level":"debug","trace":{"id":"0af7651916cd43dd8448eb211c80319c"}}',
  '2026-11-21 04:05:06,123 ERROR [main] com.shop.Cart - no stock for \u001b[31mitem 7\u001b[0m',
  '10.0.0.7 - frank [21/Nov/2026:04:05:06 +0000] "GET /a?b=c HTTP/1.1" 200 2326 "-" "curl/8.5.0"',
  'level=info ts=2026-11-21T04:05:06.123Z caller=main.go:7 msg="a \\"quoted\\" word" err=',
  'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: x',
].map((text) => Buffer.from(text));

const normaliser = new Normaliser({
  node: 'fuzz-0',
  host: 'fuzz',
  zone: 'Europe/Berlin',
  retentionMs: 30 * 86_400_000,
  maxMessage: 4096,
  count: () => undefined,
});
const cache = new FieldCache();
const DECODER = { maxFrameBytes: 256 * 1024, maxInflatedBytes: 1024 * 1024, maxStringBytes: 8 * 1024, cache };

/** Any event gives one line of JSON in which no name stands twice. */
export function runNormaliser(pieces: readonly Buffer[]): void {
  const bytes = Buffer.concat(pieces);
  for (const event of eventsOf(bytes)) {
    checkRecord(`${RECORD_HEAD}1${normaliser.normalise(event, ARRIVAL)}`);
    const parts = [normaliser.part(event, ARRIVAL), normaliser.part(event, ARRIVAL)];
    for (const separator of ['', '\n'] as const) checkRecord(`${RECORD_HEAD}1${normaliser.join(parts, separator)}`);
  }
}

/** The bytes as a line in a container, as a line of JSON, and as forward traffic. */
function eventsOf(bytes: Buffer): Event[] {
  const text = bytes.toString();
  const events: Event[] = [
    { tag: text.slice(0, 9), seconds: bytes[0] ?? -1, nanos: bytes.length, text, fields: { container_id: text.slice(-12) } },
  ];
  const line = decodeJsonLine(text);
  if ('event' in line) events.push(line.event);
  for (const frame of new ForwardDecoder(DECODER).push(bytes)) if (frame.kind === 'events') events.push(...frame.events);
  return events.slice(0, MAX_EVENTS);
}

/** Of one case: the rest would only make cases slow. */
const MAX_EVENTS = 8;

function checkRecord(record: string): void {
  if (record.includes('\n')) throw new Error(`a line end in ${record}`);
  const names = record.match(/"(?:[^"\\]|\\.)*":?/g)?.filter((token) => token.endsWith('":')).length ?? 0;
  const kept = namesIn(JSON.parse(record));
  if (names !== kept) throw new Error(`${names - kept} names stand twice in ${record}`);
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, member) => sum + namesIn(member), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** Longer than any read of a durable record takes, on a busy disk too. */
const READ_MS = 15_000;

/** Starts journals over damaged segments, in a folder that is removed at the end. */
export class JournalFuzz {
  private constructor(
    private readonly folder: string,
    readonly seeds: readonly Buffer[],
  ) {}

  static async prepare(): Promise<JournalFuzz> {
    const folder = await mkdtemp(join(tmpdir(), 'logweir-fuzz-'));
    const journal = await openJournal(join(folder, 'seed'));
    await journal.append({ lines: ['}', ',"message":"a"}'], chunk: Buffer.alloc(16, 1) });
    await journal.append({ lines: [{ part: 'self', separator: '', body: '{"a":1}' }] });
    await journal.append({ lines: [`,"message":"${'서버 '.repeat(200)}"}`] });
    const open = await readFile(segmentIn(join(folder, 'seed')));
    await journal.close();
    return new JournalFuzz(folder, [open, await readFile(segmentIn(join(folder, 'seed')))]);
  }

  /** Whatever the segment holds, the journal opens, takes a record, and gives it back after what could be saved. */
  readonly run = async (pieces: readonly Buffer[]): Promise<void> => {
    const dir = join(this.folder, 'case');
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir);
    await writeFile(segmentIn(dir), pieces);
    const journal = await openJournal(dir);
    try {
      await journal.append({ lines: [',"message":"behind"}'], urgent: true });
      await readToEnd(journal);
    } finally {
      await journal.close();
    }
  };

  async end(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const segmentIn = (dir: string): string => join(dir, '0000000001.segment');

function openJournal(dir: string): Promise<Journal> {
  return Journal.open({ dir, node: 'fuzz', compose: () => '}', now: () => performance.now(), wallNs: () => NOW_NS, freeFloorBytes: 0 });
}

async function readToEnd(journal: Journal): Promise<void> {
  const reader = journal.reader('drain');
  const signal = AbortSignal.timeout(READ_MS);
  for (let to = -1; to < journal.durable;) {
    const delivery = await reader.read({ maxBytes: 64 * 1024, maxRecords: 100, signal });
    if (delivery === undefined) throw new Error(`nothing came behind ${to}, the journal says ${journal.durable}`);
    to = delivery.to;
    if (delivery.bulk.includes('"behind"')) return;
  }
  throw new Error('the record behind the damage did not come');
}
