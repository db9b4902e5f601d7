import { cpuMs } from '../../../test/support/cpu-time.js';
import { beginTrace, continueTrace, mayTrace, type TraceState } from './traces.js';

/** How many of the lines, from the first, one trace takes; 0 when the first begins none. */
function joined(lines: readonly string[]): number {
  let state: TraceState | 'last' | undefined = beginTrace(lines[0] ?? '');
  let count = 0;
  while (state !== undefined) {
    count += 1;
    const line = lines[count];
    if (state === 'last' || line === undefined) return count;
    state = continueTrace(state, line);
  }
  return count;
}

const TRACES: readonly (readonly [string, string])[] = [
  [
    'Java',
    'java.lang.IllegalStateException: Order 8841 is already closed\n\tat com.a.B.c(B.java:1)\n\t... 12 more\nCaused by: java.sql.SQLException: x\n\tat a.b.C.<init>(C.java:2)',
  ],
  [
    'Java, uncaught, suppressed',
    'Exception in thread "main" java.lang.Error: x\n\tat a.B.c(Native Method)\n\tSuppressed: java.io.IOException: y\n\t\tat a.B.d(B.java:3)',
  ],
  [
    'Kotlin without its head',
    '\tat kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt:106)\n\tat java.base/java.lang.Thread.run(Thread.java:1583)',
  ],
  ['Python', 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    int("x")\n    ~~~^^^^^\nValueError: invalid literal'],
  [
    'Python, chained',
    'Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 5, in g\nacme.errors.Gone: x',
  ],
  ['Python without its head', '  File "a.py", line 3\n    x = \n       ^\nSyntaxError: invalid syntax'],
  ['Node', 'TypeError [ERR_X]: no\n    at f (/app/a.js:1:2)\n    at async Promise.all (index 0)\n    at node:internal/main:1:1'],
  [
    'Node, with fields',
    "Error: connect ECONNREFUSED 10.0.3.17:5432\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16) {\n  errno: -111,\n  code: 'ECONNREFUSED'\n}",
  ],
  ['Node, uncaught', '/app/a.js:3\n    throw new Error("x");\n    ^\n\nError: x\n    at f (/app/a.js:3:9)\nNode.js v20.20.2'],
  [
    'Go',
    'panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.(*T).f(0x1, {0x2, 0x3})\n\t/app/main.go:7 +0x1d\nmain.main()\n\t/app/main.go:3 +0x1d\n\ngoroutine 6 [chan receive]:\nnet/http.(*conn).serve(0xc0)\n\t/go/server.go:9\ncreated by net/http.(*Server).Serve in goroutine 1\n\t/go/server.go:10\nexit status 2',
  ],
  [
    '.NET',
    'Unhandled exception. System.InvalidOperationException: x\n ---> System.IO.IOException: y\n   at A.B.C(String s) in /src/a.cs:line 3\n   --- End of inner exception stack trace ---\n   at A.B.D()\n--- End of stack trace from previous location ---\n   at A.Main()',
  ],
  ['Ruby', "app.rb:3:in `f': undefined method `x' for nil (NoMethodError)\n\tfrom app.rb:9:in `block in g'\n\tfrom app.rb:1:in `<main>'"],
];

describe('stack traces', () => {
  it.each(TRACES)('%s: every line is one of the trace, and the next line of the program is not', (_name, text) => {
    const lines = text.split('\n');
    expect(joined([...lines, '2026-11-21 04:04:23.785 INFO [main] a.B - next'])).toBe(lines.length);
    expect(joined([...lines, 'server listening on port 80'])).toBe(lines.length);
  });

  it.each(TRACES)('%s: no line is ruled out beforehand', (_name, text) => {
    expect(text.split('\n').filter((line) => !mayTrace(line))).toEqual([]);
  });

  it.each(TRACES)('%s: the same with the \\r of a TTY', (_name, text) => {
    const lines = text.split('\n').map((line) => `${line}\r`);
    expect(joined(lines)).toBe(lines.length);
    expect(lines.filter((line) => !mayTrace(line))).toEqual([]);
  });

  it.each([
    '{"msg":"java.lang.Error: x"}',
    '2026-11-21 04:04:23.785 ERROR x',
    '10.0.0.9 - - [x]',
    'server is up',
    'level=info msg=x',
    '[ERROR] x',
  ])('%s never waits', (line) => {
    expect(mayTrace(line)).toBe(false);
    expect(beginTrace(line)).toBeUndefined();
  });

  it('knows the end where nothing can follow', () => {
    expect(continueTrace('go', 'exit status 2')).toBe('last');
    expect(continueTrace('object', '}')).toBe('last');
    expect(continueTrace('frames', 'Node.js v20.20.2')).toBe('last');
  });

  it('takes the next error of the same language for a trace of its own', () => {
    expect(joined(['java.lang.Error: x', '\tat a.B.c(B.java:1)', 'java.lang.Error: x'])).toBe(2);
    expect(
      joined(['Traceback (most recent call last):', '  File "a.py", line 3, in f', 'KeyError: 1', 'Traceback (most recent call last):']),
    ).toBe(3);
  });
});

describe('hostile lines', () => {
  it.each([
    'Error'.repeat(3000),
    'a.'.repeat(8000),
    'a.b' + '()'.repeat(8000),
    'A'.repeat(16_000),
    `${' '.repeat(16_000)}x`,
    '/'.repeat(16_000),
  ])('cost next to nothing (%#)', (line) => {
    const took = cpuMs(() => {
      mayTrace(line);
      beginTrace(line);
      for (const state of ['frames', 'python', 'go', 'ruby', 'source', 'object'] as const) continueTrace(state, line);
    });
    expect(took).toBeLessThan(50);
  });
});
