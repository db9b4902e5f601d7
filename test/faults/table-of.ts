import { table } from '../../bench/rig.js';
import type { Verdict } from './fault-case.js';

const HEAD = [
  'fault',
  'held s',
  'acknowledged',
  'lost',
  'twice',
  'dead letters',
  'slowest ack ms',
  'resumed s',
  'all stored s',
  'told by `/readyz`',
];
/** Characters; a reason can quote Elasticsearch at length. */
const MAX_TOLD = 160;

export const tenths = (value: number): string => value.toFixed(1);

/** In Markdown, a row for each; names of streams and ports, other ones in each run, are taken out. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [
    verdict.name,
    tenths(verdict.heldSeconds),
    verdict.acked,
    verdict.lost,
    verdict.duplicated,
    verdict.deadLetters,
    verdict.slowestAckMs,
    tenths(verdict.resumed),
    tenths(verdict.drained),
    tellOf(verdict.told),
  ]);
  return table(HEAD, rows);
}

function tellOf(told: string): string {
  const lasting = told.replace(/(?:\.ds-)?logs-logweir(?:\.\*)?-fault[\w.-]+/g, 'logs-logweir-…').replace(/:\d{5}\b/g, ':9200');
  return lasting.slice(0, MAX_TOLD).replaceAll('|', '\\|').replaceAll('\n', ' ');
}
