import { execFileSync } from 'node:child_process';
import { withLocalZone } from './local-zone.js';

describe('a time without a zone', () => {
  it('is of the own clock, also when that was another then', () => {
    const source = `${withLocalZone.toString()}; const WITHOUT_ZONE = /^\\d{4}-\\d\\d-\\d\\d(?:T[\\d:.]+)?$/;
      for (const time of process.argv.slice(1)) console.log(withLocalZone(time));`;
    const times = ['2026-11-21', '2026-07-01T10', '2026-07-01T10:30:05.000000001'];
    const inZone = (zone: string): string =>
      execFileSync(process.execPath, ['-e', source, ...times], { env: { TZ: zone }, encoding: 'utf8' });
    expect(inZone('Europe/Berlin')).toBe('2026-11-21+01:00\n2026-07-01T10+02:00\n2026-07-01T10:30:05.000000001+02:00\n');
    expect(inZone('America/St_Johns').split('\n')[0]).toBe('2026-11-21-03:30');
  });

  it.each(['10m', '1795233863.5', '2026-11-21T10:00:00Z', '2026-11-21T10:00+09:00', 'yesterday'])('%s stays', (time) => {
    expect(withLocalZone(time)).toBe(time);
  });
});
