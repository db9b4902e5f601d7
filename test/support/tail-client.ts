import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

export interface TailEventSeen {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a tail as `EventSource` does, or line by line as `curl -N` does; slowly when it is told to. */
export class TailClient {
  readonly seen: TailEventSeen[] = [];
  /** Every line, comments included. */
  readonly lines: string[] = [];
  lastId = '';
  ended = false;
  private rest = '';
  private event = '';
  private data = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.read(text));
    response.on('close', () => (this.ended = true));
    response.on('error', () => undefined);
  }

  static async open(api: string | undefined, path = '', headers: Record<string, string> = {}, body?: unknown): Promise<TailClient> {
    const url = `${api ?? ''}/api/v1/logs/tail${path}`;
    const outgoing = request(url, {
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined);
    return new TailClient(response);
  }

  get records(): readonly Readonly<Record<string, unknown>>[] {
    return this.seen.filter(({ event }) => event === 'record').map(({ data }) => data);
  }

  get messages(): string[] {
    return this.records.map((record) => String(record['message']));
  }

  of(event: string): readonly Readonly<Record<string, unknown>>[] {
    return this.seen.filter((each) => each.event === event).map(({ data }) => data);
  }

  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    this.lines.push(line);
    if (line.startsWith('{')) this.seen.push(jsonLine(JSON.parse(line) as Record<string, unknown>));
    else if (line.startsWith('id: ')) this.lastId = line.slice(4);
    else if (line.startsWith('event: ')) this.event = line.slice(7);
    else if (line.startsWith('data: ')) this.data = line.slice(6);
    else if (line === '' && this.data !== '') {
      this.seen.push({ event: this.event, id: this.lastId, data: JSON.parse(this.data) as Record<string, unknown> });
      this.data = '';
    }
  }
}

function jsonLine(data: Record<string, unknown>): TailEventSeen {
  const control = 'id' in data ? undefined : (data['logweir'] as Record<string, Record<string, unknown>> | undefined);
  const [event = 'record'] = Object.keys(control ?? {});
  return { event, id: '', data: control?.[event] ?? data };
}
