import type { Finding } from './finding.js';

const SIGNS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };

/** One line a finding, what to do below it, and a last line that sums up. */
export function formatReport(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const lines = findings.flatMap(({ part, verdict, says, advice }) => [
    `${SIGNS[verdict]}  ${part.padEnd(width)}  ${says}`,
    ...(advice === '' ? [] : [`${' '.repeat(width + 8)}→ ${advice}`]),
  ]);
  const count = (verdict: Finding['verdict']): number => findings.filter((finding) => finding.verdict === verdict).length;
  return `${[...lines, '', `${count('ok')} well, ${count('warn')} to look at, ${count('fail')} broken`].join('\n')}\n`;
}

/** 0: nothing is broken; 1: something is. */
export const exitCodeOf = (findings: readonly Finding[]): number => (findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0);
