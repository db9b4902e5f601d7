import { Clockwork } from './clockwork.js';

function clockwork() {
  const state = { wall: 1_000, next: 100, isAtEnd: true, pending_bytes: 0 };
  const journal = {
    get next() {
      return state.next;
    },
    get gauges() {
      return { pending_bytes: state.pending_bytes };
    },
  };
  return { state, clock: new Clockwork(journal, state, () => state.wall) };
}

describe('The clock of what arrived', () => {
  it('counts a time once all that was in the journal then is read', () => {
    const { state, clock } = clockwork();
    state.next = 200;
    state.isAtEnd = false;
    state.pending_bytes = 50;
    clock.reached(100);
    state.wall = 2_000;
    clock.reached(150);
    expect(clock.arrivedMs).toBe(0);
    clock.reached(200);
    expect(clock.arrivedMs).toBe(1_000);
  });

  it('counts at the end also when a new segment was begun behind it, or is planned', () => {
    const { state, clock } = clockwork();
    state.next = 5_000;
    clock.reached(100);
    clock.reached(100);
    expect(clock.arrivedMs).toBe(1_000);
  });

  it('never goes backwards', () => {
    const { state, clock } = clockwork();
    clock.reached(100);
    clock.reached(100);
    state.wall = 10;
    for (let n = 0; n < 3; n++) clock.reached(100);
    expect(clock.arrivedMs).toBe(1_000);
  });
});
