import type { FaultCase, Nodes, Verdict } from './fault-case.js';
import { play, type Times } from './play.js';

/**
 * What becomes of each case, by name. Two at once, as most of a case is waiting: those on the sturdy node one after the other,
 * and beside them those on the others.
 */
export function playAll(cases: readonly FaultCase[], nodes: Nodes, times: Times): Map<string, Promise<Verdict>> {
  const lanes = new Map<boolean, Promise<unknown>>();
  return new Map(
    cases.map((fault) => {
      const lane = fault.cast === 'sturdy';
      const verdict = (lanes.get(lane) ?? Promise.resolve()).then(() => play(fault, nodes, times));
      // One that fails holds up nobody; who asks for its verdict gets the error.
      lanes.set(
        lane,
        verdict.catch(() => undefined),
      );
      return [fault.name, verdict];
    }),
  );
}
