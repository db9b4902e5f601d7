import { figuresOf } from './turns.js';

describe('figuresOf', () => {
  it('names the numbers of a table by row and column', () => {
    const out = [
      '| state | p50 ms | note |',
      '| --- | --- | --- |',
      '| idle, DuckDB | 30.8 | quiet |',
      '| full speed | 1972.1 ms | p95 of 3 |',
    ].join('\n');
    expect([...figuresOf(out)]).toEqual([
      ['idle, DuckDB: p50 ms', 30.8],
      ['full speed: p50 ms', 1972.1],
    ]);
  });

  it('names the numbers of a sentence by what stands before them, and leaves out the machine', () => {
    const out = '2 × AMD EPYC, Linux 6.18, Node 20.20.2\npeak RSS 307 MiB; sent 6400, lost 0; lost 1, p95 12.5 ms';
    expect([...figuresOf(out)]).toEqual([
      ['peak RSS', 307],
      ['MiB; sent', 6400],
      ['lost', 0],
      ['lost (2)', 1],
      ['p95', 12.5],
    ]);
  });

  it('begins a new table after a line between', () => {
    const out = '| a | b |\n| --- | --- |\n| x | 1 |\n\n| c | d |\n| --- | --- |\n| y | 2 |';
    expect([...figuresOf(out)]).toEqual([
      ['x: b', 1],
      ['y: d', 2],
    ]);
  });
});
