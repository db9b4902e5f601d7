import type { PartialMark } from '#libs/journal';
import { mayTrace } from '#libs/record';
import type { Event, Fields } from '#libs/record';

export interface StreamInfo {
  /** One container's stdout or stderr. */
  readonly stream: string;
  readonly partial: PartialMark | undefined;
}

/**
 * Which stream of which container an event belongs to. Only Docker's events have one: lines of other senders are never
 * joined, as nothing tells whose they are.
 */
export class Streams {
  private readonly known = new WeakMap<Fields, StreamInfo | false>();
  private lastFields: Fields | undefined;
  private lastInfo: StreamInfo | undefined;

  /** `traces`: whether stack traces are joined; Docker's own parts always are. */
  constructor(private readonly traces: boolean) {}

  of(event: Event): StreamInfo | undefined {
    const { fields } = event;
    if (fields === this.lastFields) return this.lastInfo;
    let info = this.known.get(fields);
    if (info === undefined) {
      info = streamOf(fields) ?? false;
      this.known.set(fields, info);
    }
    this.lastFields = fields;
    this.lastInfo = info || undefined;
    return this.lastInfo;
  }

  mayJoin(event: Event, info: StreamInfo): boolean {
    if (info.partial) return true;
    return this.traces && event.text !== undefined && mayTrace(event.text);
  }
}

function streamOf(fields: Fields): StreamInfo | undefined {
  const { container_id: container, source } = fields;
  if (typeof container !== 'string') return undefined;
  return { stream: `${container}/${typeof source === 'string' ? source : ''}`, partial: partialOf(fields) };
}

function partialOf(fields: Fields): PartialMark | undefined {
  const { partial_message: message, partial_id: id, partial_ordinal: ordinal, partial_last: last } = fields;
  if (message !== 'true' && id === undefined) return undefined;
  return {
    id: typeof id === 'string' ? id : undefined,
    ordinal: typeof ordinal === 'string' ? Number(ordinal) : undefined,
    last: last === undefined ? undefined : last === 'true',
  };
}
