/**
 * One request for records of several streams or indices: the first record's is in the request's path, so that its action
 * lines stay as the journal has them; the others get an `_index`. One such request costs less than one for each target (decision 0008).
 */
import { hasAt } from './bulk-lines.js';
import type { Layout } from './layout.js';

export interface Addressed {
  /** Stream or index in the path of the request. */
  readonly target: string;
  readonly body: Buffer;
  /** All of them. */
  readonly targets: ReadonlySet<string>;
}

const NEWLINE = 0x0a;
const ACTION = Buffer.from('{"create":{');

/** undefined when a record has no place, or an action line is not ours: its records have to be looked at one by one. */
export function addressBulk(bulk: Buffer, layout: Layout): Addressed | undefined {
  if (layout.only !== undefined) return { target: layout.only, body: bulk, targets: new Set([layout.only]) };
  const targets = new Set<string>();
  const pieces: Buffer[] = [];
  let target = '';
  let copied = 0;
  for (let start = 0; start < bulk.length;) {
    const from = bulk.indexOf(NEWLINE, start) + 1;
    const to = bulk.indexOf(NEWLINE, from) + 1;
    if (from === 0 || to === 0 || !hasAt(bulk, start, ACTION)) return undefined;
    const place = layout.placeOf(bulk, from, to);
    if (place === undefined) return undefined;
    targets.add(place);
    target ||= place;
    if (place !== target) {
      const behindAction = start + ACTION.length;
      pieces.push(bulk.subarray(copied, behindAction), Buffer.from(`"_index":"${place}",`));
      copied = behindAction;
    }
    start = to;
  }
  const body = pieces.length === 0 ? bulk : Buffer.concat([...pieces, bulk.subarray(copied)]);
  return { target, body, targets };
}
