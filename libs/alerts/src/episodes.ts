/** All alerts that somebody may still have to hear of, with what changed of them since the last checkpoint. */
import { isOver, pastEpisode, type Episode } from './episode.js';
import { History } from './history.js';
import { Inhibition } from './inhibition.js';
import type { InhibitRule } from './routing.js';

export class Episodes {
  readonly #all = new Map<string, Episode>();
  readonly #changed = new Set<string>();
  readonly #past = new Map<string, string>();
  readonly history = new History((key, text) => this.#past.set(key, text));
  #inhibition = new Inhibition([]);

  get size(): number {
    return this.#all.size;
  }

  get(key: string): Episode | undefined {
    return this.#all.get(key);
  }

  all(): IterableIterator<Episode> {
    return this.#all.values();
  }

  /** Keeps it; an occurrence or the end of another goes into the history once. */
  put(episode: Episode, nowMs: number): Episode {
    const over = isOver(episode, nowMs);
    if (over && !episode.past) this.history.add(pastEpisode(episode));
    const kept = over === episode.past ? episode : { ...episode, past: over };
    this.#all.set(kept.key, kept);
    this.#changed.add(kept.key);
    if (over) this.#inhibition.remove(kept.alert);
    else this.#inhibition.add(kept.alert);
    return kept;
  }

  remove({ key, alert }: Episode): void {
    this.#all.delete(key);
    this.#changed.add(key);
    this.#inhibition.remove(alert);
  }

  setInhibitRules(rules: readonly InhibitRule[]): void {
    this.#inhibition = new Inhibition(rules);
    for (const { alert } of this.all()) this.#inhibition.add(alert);
  }

  inhibitedBy({ alert }: Episode, nowMs: number): readonly string[] {
    return this.#inhibition.inhibitedBy(alert, (fingerprint) => {
      const source = this.#all.get(fingerprint);
      return source !== undefined && !isOver(source, nowMs);
    });
  }

  /** Those whose sender fell silent and whom no lane waits for end here; returns how many are left. */
  sweep(nowMs: number): void {
    for (const episode of this.#all.values()) {
      if (!isOver(episode, nowMs)) continue;
      if (!episode.past) this.put(episode, nowMs);
      if (episode.lanes.length === 0) this.remove(episode);
    }
  }

  takeChanges(changes: Map<string, string | null>): void {
    for (const key of this.#changed) {
      const episode = this.#all.get(key);
      changes.set(`alert/${key}`, episode === undefined ? null : JSON.stringify(episode));
    }
    for (const [key, text] of this.#past) changes.set(key, text);
    this.#changed.clear();
    this.#past.clear();
  }

  restore(text: string): Episode {
    const episode = JSON.parse(text) as Episode;
    this.#all.set(episode.key, episode);
    return episode;
  }
}
