import type { Settings } from '#libs/config';
import type { Coordination } from '#libs/coordination';
import type { Watched } from '#libs/documents';
import type { Journal } from '#libs/journal';
import type { Rule } from '#libs/rules';
import type { Logger, Metrics } from '#libs/telemetry';
import { Detect } from './detect.js';
import { Sender } from './sender.js';

export interface StartDetectOptions {
  readonly journal: Journal;
  readonly alerting: { readonly rules: Pick<Watched<Rule>, 'all' | 'isLoaded' | 'onChange'>; readonly coordination: Coordination };
  readonly settings: { readonly journal: Pick<Settings['journal'], 'maxBytes'> };
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly wall: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface RunningDetect {
  /** Bytes of the journal that passed no rule yet. */
  readonly behindBytes: number;
  close(): Promise<void>;
}

/** Detection at work, with the rules as they are at any time. */
export function startDetect(options: StartDetectOptions): RunningDetect {
  const { journal, alerting, settings, metrics, logger: log, wall, now } = options;
  const { rules, coordination } = alerting;
  const reader = journal.reader('detect');
  const sender = new Sender({ coordination, journal: journal.id, log, now, onHeld: (position) => detect.held(position) });
  // Half of the journal is for the store, which holds intake back when it is full; alerts never do.
  const detect = new Detect({ journal, reader, sender, metrics, log, maxBehindBytes: settings.journal.maxBytes / 2, wall, now });
  // Without the rules nothing may be passed over: what is in the journal waits for them.
  let started = false;
  const follow = (): void => {
    if (started) detect.setRules(rules.all);
    else if (rules.isLoaded) detect.start(rules.all);
    started ||= rules.isLoaded;
  };
  const end = rules.onChange(follow);
  follow();
  return {
    get behindBytes() {
      return detect.behindBytes;
    },
    close: async () => {
      end();
      await detect.close();
      await sender.close();
    },
  };
}
