/** Plays many faults at once: those that share a sturdy node side by side, the others one after the other. */
import type { Cast, FaultCase, Nodes, Verdict } from './fault-case.js';
import { play, type Times } from './play.js';

/** Each is a process and a load of its own: more of them only wait for each other. */
const LANES: readonly (readonly [Cast, number])[] = [
  ['sturdy', 3],
  ['narrow', 1],
  ['own', 1],
];

/** What became of each case, by name. Never throws. */
export async function playAll(cases: readonly FaultCase[], nodes: Nodes, times: Times): Promise<Map<string, Verdict | Error>> {
  const results = new Map<string, Verdict | Error>();
  const lanes = LANES.flatMap(([cast, width]) => {
    const waiting = cases.filter((fault) => fault.cast === cast);
    const work = async (): Promise<void> => {
      for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
        results.set(fault.name, await play(fault, nodes, times).catch((error: unknown) => error as Error));
      }
    };
    return Array.from({ length: width }, work);
  });
  await Promise.all(lanes);
  return results;
}
