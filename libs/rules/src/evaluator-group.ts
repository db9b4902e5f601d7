import type { Episode, Phase } from './episode.js';
import { decodeGroup, type GroupState } from './state.js';
import { NO_BLOCK } from './window-pool.js';
import type { WindowHolder, Windows } from './window.js';

/** One group of a condition rule. Flat, as there may be 100 000 of them: about 150 bytes besides its buckets and its key. */
export class ConditionGroup implements WindowHolder, Episode {
  block = NO_BLOCK;
  sizeClass = 0;
  count = 0;
  values: Map<string, number[]> | undefined = undefined;

  phase: Phase = 'ok';
  missing = false;
  since = -1;
  start = -1;
  end = -1;

  /** Second up to which the episode is lived through. */
  settled: number;
  lastSeen: number;
  /** Second at which it has to be looked at; -1: not before it is touched. */
  due = -1;

  /** `text`: its key as JSON. */
  constructor(
    readonly text: string,
    readonly firstSeen: number,
  ) {
    this.settled = firstSeen - 1;
    this.lastSeen = firstSeen;
  }

  static decode(text: string, windows: Windows): ConditionGroup {
    const { key, episode, settled, firstSeen, lastSeen, windows: encoded } = decodeGroup(text);
    const group = new ConditionGroup(JSON.stringify(key), firstSeen);
    Object.assign(group, episode, { settled, lastSeen });
    windows.decode(group, encoded);
    return group;
  }

  get key(): readonly string[] {
    return JSON.parse(this.text) as string[];
  }

  /** What to store of it, without its windows. */
  state(): Omit<GroupState, 'windows'> {
    const { key, settled, firstSeen, lastSeen, phase, missing, since, start, end } = this;
    return { key, settled, firstSeen, lastSeen, episode: { phase, missing, since, start, end } };
  }
}
