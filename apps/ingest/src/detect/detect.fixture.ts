import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cursor, Journal } from '#libs/journal';
import { Normaliser } from '#libs/record';
import { CHANNELS, parseRule, type Rule, SIGNALS, type Signal, type WatermarkMessage } from '#libs/rules';
import { type Logger, Metrics } from '#libs/telemetry';
import type { MemoryCoordination } from '../../../../test/support/memory-coordination.js';
import { Detect } from './detect.js';
import { Sender, type SenderOptions } from './sender.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function ruleOf(value: Readonly<Record<string, unknown>>): Rule {
  const parsed = parseRule({ name: 'errors', group_by: ['service'], level: 'error', ...value }, { kind: 'rest' });
  if ('rule' in parsed) return parsed.rule;
  throw new Error(JSON.stringify(parsed.problems));
}

export interface NodeOptions {
  readonly coordination: MemoryCoordination;
  readonly rules?: readonly Rule[];
  /** Goes on with what another had at some moment; else a new folder. */
  readonly dir?: string;
  readonly maxBehindBytes?: number;
  readonly wall?: () => number;
  readonly limits?: SenderOptions['limits'];
}

export interface Written {
  readonly level?: string;
  readonly service?: string;
  readonly text?: string;
}

/** A line of the journal as ingest writes it for a JSON line that came now. */
export function lineOf({ level = 'error', service = 'shop', text = 'broken' }: Written): string {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const seconds = Number(nowNs / 1_000_000_000n);
  const event = { tag: 'app', seconds, nanos: 0, text: JSON.stringify({ level, service, msg: text }), fields: {} };
  return normaliser.normalise(event, { createdNs: nowNs, source: 'forward' });
}

/** Journal, detection and sender of one ingest node, in a folder of its own. */
export class DetectNode {
  private constructor(
    readonly dir: string,
    readonly journal: Journal,
    readonly metrics: Metrics,
    private readonly detect: Detect,
    private readonly sender: Sender,
    private readonly options: NodeOptions,
  ) {}

  static async start(options: NodeOptions): Promise<DetectNode> {
    const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'logweir-detect-')));
    const { coordination, wall = Date.now, maxBehindBytes = 1e9, rules = [ruleOf({})] } = options;
    const now = (): number => performance.now();
    const compose = (): string => '';
    const journal = await Journal.open({
      dir,
      node: 'web',
      freeFloorBytes: 0,
      now,
      wallNs: () => BigInt(Date.now()) * 1_000_000n,
      compose,
    });
    const metrics = new Metrics();
    const reader = journal.reader('detect');
    const sender = new Sender({
      coordination,
      journal: journal.id,
      log: silent,
      now,
      onHeld: (position) => detect.held(position),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    const detect = new Detect({ journal, reader, sender, metrics, log: silent, maxBehindBytes, wall, now });
    detect.start(rules);
    return new DetectNode(dir, journal, metrics, detect, sender, options);
  }

  /** Records as a sender gives them; durable when it resolves. */
  async write(...records: readonly Written[]): Promise<void> {
    await this.journal.append({ lines: records.map(lineOf), urgent: true });
  }

  /** What stands in the queue from this node, in order. */
  get signals(): readonly Signal[] {
    const all = this.options.coordination.queue(SIGNALS).added.map(({ data }) => data as Signal);
    return all.filter(({ journal }) => journal === this.journal.id);
  }

  /** The owner of that fencing number says what it holds. */
  async hear(fence: number, held?: number): Promise<void> {
    const positions = held === undefined ? {} : { [this.journal.id]: held };
    await this.options.coordination.publish(CHANNELS.owner, { fence, held: positions });
  }

  /** What a power cut would leave of it now. */
  async snapshot(): Promise<string> {
    const copy = await mkdtemp(join(tmpdir(), 'logweir-detect-'));
    await cp(this.dir, copy, { recursive: true });
    return copy;
  }

  async close(): Promise<void> {
    await this.detect.close();
    await this.sender.close();
    await this.journal.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

const normaliser = new Normaliser({
  node: 'web',
  host: 'host-1',
  zone: 'UTC',
  retentionMs: 14 * 86_400_000,
  maxMessage: 65_536,
  count: () => undefined,
});

/** Of a signal, what a replay has to repeat. */
export function contentOf({ from, to, rules, skipped }: Signal): object {
  return { from, to, rules, ...(skipped === undefined ? {} : { skipped }) };
}

export async function watermarksOf(coordination: MemoryCoordination): Promise<WatermarkMessage[]> {
  const heard: WatermarkMessage[] = [];
  await coordination.subscribe(CHANNELS.watermark, (message) => void heard.push(message as WatermarkMessage));
  return heard;
}

export const cursor = (position: number, from = position): Cursor => ({ position, from });
