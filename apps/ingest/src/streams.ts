import type { PartialMark } from '#libs/journal';
import { mayTrace } from '#libs/record';
import type { Event, Fields } from '#libs/record';

export interface StreamInfo {
  /** One container's stdout or stderr. */
  readonly stream: string;
  readonly partial: PartialMark | undefined;
  /** Written by this very process: taken in, each line would make another. */
  readonly own: boolean;
}

export interface StreamsOptions {
  /** Whether stack traces are joined; Docker's own parts always are. */
  readonly traces: boolean;
  /** Id of the container this process runs in, or how it begins. */
  readonly ownContainer?: string;
}

/**
 * Which stream of which container an event belongs to. Only Docker's events have one: lines of other senders are never
 * joined, as nothing tells whose they are.
 */
export class Streams {
  private readonly known = new WeakMap<Fields, StreamInfo | false>();
  private lastFields: Fields | undefined;
  private lastInfo: StreamInfo | undefined;

  constructor(private readonly options: StreamsOptions) {}

  /** Whether any event can be our own. */
  get knowsOwn(): boolean {
    return this.options.ownContainer !== undefined;
  }

  of(event: Event): StreamInfo | undefined {
    const { fields } = event;
    if (fields === this.lastFields) return this.lastInfo;
    let info = this.known.get(fields);
    if (info === undefined) {
      info = this.streamOf(fields) ?? false;
      if (Object.isFrozen(fields)) this.known.set(fields, info);
    }
    this.lastFields = fields;
    this.lastInfo = info || undefined;
    return this.lastInfo;
  }

  mayJoin(event: Event, info: StreamInfo): boolean {
    if (info.partial) return true;
    return this.options.traces && event.text !== undefined && mayTrace(event.text);
  }

  private streamOf(fields: Fields): StreamInfo | undefined {
    const { container_id: container, source } = fields;
    if (typeof container !== 'string') return undefined;
    const { ownContainer } = this.options;
    const own = ownContainer !== undefined && container.startsWith(ownContainer);
    return { stream: `${container}/${typeof source === 'string' ? source : ''}`, partial: partialOf(fields), own };
  }
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
