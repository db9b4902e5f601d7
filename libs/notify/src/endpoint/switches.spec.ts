import { Switches } from './switches.js';

const GONE = { receiver: 'ops', revision: 'r1', sinceMs: 7, reason: 'https://hooks.example answered 410' };

describe('Switches', () => {
  it('keep an endpoint off over a restart', () => {
    const changes = new Switches().switchOff(GONE);
    const saved = new Map([...changes].flatMap(([key, text]) => (text === null ? [] : [[key, text] as const])));
    expect(new Switches(saved).offSince('ops', 'r1')).toEqual(GONE);
  });

  it('let an endpoint on again when its settings change, or a person says so', () => {
    const switches = new Switches();
    switches.switchOff(GONE);
    expect(switches.offSince('ops', 'r2')).toBeUndefined();
    expect(switches.switchOn('ops')).toEqual(new Map([['endpoint/ops', null]]));
    expect(switches.offSince('ops', 'r1')).toBeUndefined();
    expect(switches.switchOn('ops').size).toBe(0);
  });

  it('take what cannot be read for an endpoint that is on', () => {
    const saved = new Map([
      ['endpoint/a', 'torn {'],
      ['endpoint/b', '{"receiver":1}'],
      ['lane/c', JSON.stringify(GONE)],
    ]);
    expect(new Switches(saved).list()).toEqual([]);
  });
});
