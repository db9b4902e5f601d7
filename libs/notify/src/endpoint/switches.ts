/**
 * Endpoints that said 410 (gone) are switched off: nothing more is sent to them until a person switches them on or their
 * settings change. State goes out and in as texts by key, like all state of alerting.
 */
import { z } from 'zod';

export interface SwitchedOff {
  readonly receiver: string;
  /** `revisionOf` the settings it was switched off with. */
  readonly revision: string;
  readonly sinceMs: number;
  readonly reason: string;
}

const PREFIX = 'endpoint/';
const SAVED = z.strictObject({ receiver: z.string(), revision: z.string(), sinceMs: z.number(), reason: z.string() });

export class Switches {
  private readonly off = new Map<string, SwitchedOff>();

  /** `saved`: what was given out under `endpoint/`; a text that cannot be read is an endpoint that is on. */
  constructor(saved: ReadonlyMap<string, string> = new Map()) {
    for (const [key, text] of saved) {
      if (!key.startsWith(PREFIX)) continue;
      const found = SAVED.safeParse(parseJson(text));
      if (found.success) this.off.set(found.data.receiver, found.data);
    }
  }

  /** Undefined: it is on, or it is another endpoint by now. */
  offSince(receiver: string, revision: string): SwitchedOff | undefined {
    const found = this.off.get(receiver);
    return found?.revision === revision ? found : undefined;
  }

  switchOff(entry: SwitchedOff): ReadonlyMap<string, string | null> {
    this.off.set(entry.receiver, entry);
    return new Map([[`${PREFIX}${entry.receiver}`, JSON.stringify(entry)]]);
  }

  switchOn(receiver: string): ReadonlyMap<string, string | null> {
    return this.off.delete(receiver) ? new Map([[`${PREFIX}${receiver}`, null]]) : new Map();
  }

  list(): readonly SwitchedOff[] {
    return [...this.off.values()];
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
