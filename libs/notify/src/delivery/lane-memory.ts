import { z } from 'zod';

/** What has to be known of a lane beside its outbox entries. Kept as long as `isForgettable` does not say otherwise. */
export interface LaneMemory {
  /** Highest number that is dealt with: an entry up to it is left over from a crash and not sent again. */
  readonly settled: number;
  /** The receiver was told of a condition that fires, or may have been, and not yet of its end. */
  readonly open: boolean;
  /** A first firing notice was about to be sent, and nobody wrote down what became of it: the receiver may have it. */
  readonly begun: boolean;
  /** The notice that was tried last and not delivered; '' when there is none. */
  readonly tried: string;
  /** Tries of it. */
  readonly attempts: number;
  readonly lastTryMs: number;
  readonly retryAtMs: number;
  /** Until then the other side asked for quiet (Retry-After). */
  readonly quietUntilMs: number;
}

export const NEW_LANE: LaneMemory = {
  settled: 0,
  open: false,
  begun: false,
  tried: '',
  attempts: 0,
  lastTryMs: 0,
  retryAtMs: 0,
  quietUntilMs: 0,
};

const SAVED = z.object({
  settled: z.number(),
  open: z.boolean(),
  begun: z.boolean(),
  tried: z.string(),
  attempts: z.number(),
  lastTryMs: z.number(),
  retryAtMs: z.number(),
  quietUntilMs: z.number(),
});

export function formatLaneMemory(memory: LaneMemory): string {
  return JSON.stringify(memory);
}

/** Undefined when it cannot be read: the lane is then planned as one whose receiver may know everything. */
export function parseLaneMemory(text: string): LaneMemory | undefined {
  try {
    return SAVED.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
