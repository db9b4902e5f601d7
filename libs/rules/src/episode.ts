import type { Verdict } from './window-verdict.js';

/**
 * The life of a condition in one group, in seconds of event time: ok → pending → firing → recovering → ok; no_data is a
 * firing of its own kind. An episode begins when the condition became true (not when it was noticed, nor when `for` had
 * passed), which makes its ids the same after a replay.
 */
export type Phase = 'ok' | 'pending' | 'firing' | 'recovering' | 'no_data';

export interface Episode {
  phase: Phase;
  /** pending: for missing data rather than for the condition. */
  missing: boolean;
  /** pending, recovering: since when. */
  since: number;
  /** Begin of the episode that goes on or was the last; -1 before the first. */
  start: number;
  /** End of the last episode; -1 before. Nothing at or before it begins again. */
  end: number;
}

export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  readonly value: number;
}

export interface Durations {
  readonly for: number;
  readonly recover: number;
}

export type EpisodeChange = 'firing' | 'resolved' | 'no_data';
export type EmitChange = (change: EpisodeChange, at: number, value: number) => void;

export function beginEpisode(): Episode {
  return { phase: 'ok', missing: false, since: -1, start: -1, end: -1 };
}

export function isActive(episode: Episode): boolean {
  return episode.phase !== 'ok' && episode.phase !== 'pending';
}

/** Lives through a stretch of time in which the verdict is the same. Stretches come in order. */
export function live(episode: Episode, segment: Segment, durations: Durations, emit: EmitChange): void {
  if (episode.phase === 'no_data') {
    if (segment.verdict === 'no_data') return;
    end(episode, segment.from, segment.value, emit);
  }
  if (isActive(episode)) recover(episode, segment, durations.recover, emit);
  else rise(episode, segment, durations.for, emit);
}

function rise(episode: Episode, segment: Segment, wait: number, emit: EmitChange): void {
  if (segment.verdict !== 'holds' && segment.verdict !== 'no_data') {
    episode.phase = 'ok';
    return;
  }
  const missing = segment.verdict === 'no_data';
  if (episode.phase === 'ok' || episode.missing !== missing) {
    episode.phase = 'pending';
    episode.missing = missing;
    episode.since = segment.from;
  }
  const at = Math.max(segment.from, episode.since + wait);
  if (at > segment.to) return;
  episode.phase = missing ? 'no_data' : 'firing';
  episode.start = episode.since;
  emit(missing ? 'no_data' : 'firing', at, segment.value);
}

function recover(episode: Episode, segment: Segment, wait: number, emit: EmitChange): void {
  if (segment.verdict !== 'recovers') {
    episode.phase = 'firing';
    return;
  }
  if (episode.phase === 'firing') {
    episode.phase = 'recovering';
    episode.since = segment.from;
  }
  const at = Math.max(segment.from, episode.since + wait);
  if (at <= segment.to) end(episode, at, segment.value, emit);
}

function end(episode: Episode, at: number, value: number, emit: EmitChange): void {
  episode.phase = 'ok';
  episode.end = at;
  emit('resolved', at, value);
}

/**
 * A late record touches windows from `second` on: goes back so that they are lived through again, and says until which
 * second the episode still stands. What was told is never taken back: not before the begin of a firing episode, nor
 * before the end of the last one. `floor`: the last second whose window may lack buckets.
 */
export function rewind(episode: Episode, second: number, wait: number, floor: number): number {
  const before = second - 1;
  switch (episode.phase) {
    case 'firing':
    case 'no_data':
      return Math.max(episode.start, before);
    case 'recovering':
      if (episode.since < second) return before;
      episode.phase = 'firing';
      return Math.max(episode.start, before);
    case 'pending':
      if (episode.since < second) return before;
      episode.phase = 'ok';
      return Math.max(episode.end, before - wait, floor);
    case 'ok':
      return Math.max(episode.end, before - wait, floor);
  }
}
