import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call, Command } from '../command.js';
import { Client } from '../client.js';
import { CliError, EXIT } from '../exit.js';

/** Characters of one request: a quarter of what the intake takes by default, also when each is four bytes. */
const MAX_BATCH = 1_024 * 1_024;
/** Longest line: the intake keeps as much of a message. */
const MAX_LINE = 1_024 * 1_024;
/** Lines that come slowly wait no longer than this for more. */
const LINGER_MS = 200;
/** A door that is full or away is tried so often, with the same key, so that nothing is stored twice. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 200;

export const send: Command = {
  name: 'send',
  summary: 'Lines of files or of stdin to the HTTP intake; done when they are on disk there',
  operands: '[file...]',
  least: 0,
  most: Infinity,
  options: [
    { name: 'to', value: '<url>', help: 'of the HTTP intake (LOGWEIR_SEND_URL, http://127.0.0.1:8088)' },
    { name: 'service', value: '<name>', help: 'service.name of lines that are not JSON' },
    { name: 'level', value: '<level>', help: 'log.level of lines that are not JSON' },
  ],
  examples: ['make 2>&1 | logweir send --service build', 'logweir send app.log'],
  async run(call) {
    const sender = new Sender(call);
    const { operands, world } = call;
    const sources = operands.length === 0 ? [world.stdin] : operands.map((path) => world.openFile(path));
    for (const source of sources) await sender.send(source);
    await sender.end();
    call.output.note(`${sender.sent} lines sent${sender.rejected > 0 ? `, ${sender.rejected} of them were not taken` : ''}`);
    if (sender.rejected > 0) return EXIT.refused;
    return sender.sent > 0 ? EXIT.found : EXIT.nothing;
  },
};

interface Accepted {
  readonly accepted: number;
  readonly rejected: number;
}

/** One request at a time: whoever writes to us waits as the intake does. */
class Sender {
  sent = 0;
  rejected = 0;
  private batch: string[] = [];
  private size = 0;
  private sending: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private failure: unknown;
  private readonly client: Client;
  private readonly fields: Readonly<Record<string, string>>;

  constructor(private readonly call: Call) {
    const { given, world } = call;
    const url = given.text('to') ?? world.env['LOGWEIR_SEND_URL'] ?? 'http://127.0.0.1:8088';
    this.client = call.client.at(url);
    const [service, level] = [given.text('service'), given.text('level')];
    this.fields = { ...(service !== undefined && { 'service.name': service }), ...(level !== undefined && { level }) };
  }

  async send(source: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of linesOf(source)) {
      if (line === '') continue;
      const text = isObject(line) ? line : JSON.stringify({ ...this.fields, message: line });
      this.batch.push(text);
      this.size += text.length + 1;
      if (this.size >= MAX_BATCH) await this.flush();
      else this.timer ??= setTimeout(() => void this.flush().catch((error: unknown) => (this.failure = error)), LINGER_MS);
      if (this.failure !== undefined) throw this.failure;
    }
  }

  async end(): Promise<void> {
    await this.flush();
    if (this.failure !== undefined) throw this.failure;
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { batch } = this;
    this.batch = [];
    this.size = 0;
    this.sending = this.sending.then(() => (batch.length === 0 ? undefined : this.post(batch)));
    return this.sending;
  }

  private async post(batch: readonly string[]): Promise<void> {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() };
    const init = { method: 'POST', headers, body: `${batch.join('\n')}\n` };
    const { accepted, rejected } = await this.attempt(() => this.client.ask('/ingest', {}, init).then((answer) => answer.json()));
    this.sent += accepted + rejected;
    this.rejected += rejected;
  }

  private async attempt(ask: () => Promise<unknown>): Promise<Accepted> {
    for (let left = ATTEMPTS - 1, wait = FIRST_WAIT_MS; ; left--, wait *= 2) {
      try {
        return (await ask()) as Accepted;
      } catch (error) {
        const isLater = error instanceof CliError && (error.exitCode === EXIT.unreachable || error.isLater);
        if (!isLater || left === 0) throw error;
        await pause(wait, undefined, { signal: this.call.world.signal });
      }
    }
  }
}

const isObject = (line: string): boolean => {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

/** Lines without their ends; what is longer than the limit is cut there. */
async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const bytes of source) {
    const pieces = (rest + decoder.write(Buffer.from(bytes))).split('\n');
    rest = (pieces.pop() ?? '').slice(0, MAX_LINE);
    for (const piece of pieces) yield piece.replace(/\r$/, '').slice(0, MAX_LINE);
  }
  const last = rest + decoder.end();
  if (last !== '') yield last.replace(/\r$/, '');
}
