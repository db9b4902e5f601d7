/** The last episodes that ended: a ring, so that its state is bounded and each new one is one small change. */
import type { PastEpisode } from './episode.js';

/** Some days of a busy hub; 1 MB of state. */
export const MAX_HISTORY = 1_000;

export class History {
  readonly #ring: PastEpisode[] = [];
  #count = 0;
  readonly #changed: (key: string, text: string) => void;

  constructor(changed: (key: string, text: string) => void) {
    this.#changed = changed;
  }

  add(episode: PastEpisode): void {
    const slot = this.#count++ % MAX_HISTORY;
    this.#ring[slot] = episode;
    this.#changed(`alert-history/${slot}`, JSON.stringify({ number: this.#count, episode }));
  }

  /** Newest first. */
  list(most = MAX_HISTORY): readonly PastEpisode[] {
    const next = this.#count % MAX_HISTORY;
    const ordered = this.#count > MAX_HISTORY ? [...this.#ring.slice(next), ...this.#ring.slice(0, next)] : [...this.#ring];
    return ordered.reverse().slice(0, most);
  }

  /** Takes back what `changed` gave out. */
  restore(text: string): void {
    const { number, episode } = JSON.parse(text) as { readonly number: number; readonly episode: PastEpisode };
    this.#ring[(number - 1) % MAX_HISTORY] = episode;
    this.#count = Math.max(this.#count, number);
  }
}
