/**
 * Which lines make one stack trace. Pure state machines, one a language; the join stage keeps the state per stream and
 * asks for every line that `mayTrace`:
 *
 *     beginTrace(line) -> state            the line begins one (also a frame whose head was cut off)
 *     continueTrace(state, line) -> state  the line belongs to it
 *                                'last'    it belongs, and nothing can come behind it
 *                                undefined it does not belong
 *
 * A line that could be a line of its own (an error's message over several lines) does not belong: a record too many is
 * better than two records in one.
 *
 * | state           | after                                                       | goes on with                                    |
 * |-----------------|-------------------------------------------------------------|-------------------------------------------------|
 * | `frames`        | head or frame of Java, Kotlin, Node, .NET                   | `at …`, `... 3 more`, `Caused by:`, ` ---> `     |
 * | `object`        | Node's `at … {`                                             | indented lines, `}` is the last                 |
 * | `source`        | Node's `/app/a.js:3` of an uncaught error                   | code, `^`, blank, then the head                 |
 * | `python`        | `Traceback …`, `  File "a.py", line 3`                      | indented lines, then `ValueError: x`            |
 * | `python-end`    | that last line                                              | a blank line                                    |
 * | `python-gap`    | the blank line                                              | `During handling of …`, `The above exception …` |
 * | `python-chain`  | one of those                                                | blank, `Traceback …`                            |
 * | `go`            | `panic: …`, `fatal error: …`, `goroutine 1 [running]:`      | blank, goroutines, calls, `\t/a.go:3`            |
 * | `ruby`          | `a.rb:3:in 'f': text (KeyError)`, `\tfrom a.rb:3:in 'f'`    | `from …`, `a.rb:9:in …`                         |
 */
export type TraceState = 'frames' | 'object' | 'source' | 'python' | 'python-end' | 'python-gap' | 'python-chain' | 'go' | 'ruby';

const NAME = String.raw`(?:[A-Za-z_$][\w$]*[./])*[A-Za-z_$][\w$]*`;
// The bound keeps a line of one repeated word from costing the square of its length.
const ERROR_WORD = String.raw`(?:Exception|Error|Throwable|Failure|Fault|Exit|Interrupt|Warning)[\w$]{0,64}`;
const ERROR_NAME = String.raw`(?:[A-Za-z_$][\w$]*[./])+(?:[A-Z][\w$]*)?${ERROR_WORD}|[A-Z][\w$]*${ERROR_WORD}|Error|Exception`;

/** Any line that begins with no blank and might belong somewhere; all else about it is decided by the state. */
const MAY = new RegExp(
  String.raw`^(?:${NAME}(?::|\r?$| \(| \[)|Caused by: |Exception in thread |Unhandled exception|Uncaught |During handling of |The above exception |` +
    String.raw`Traceback |goroutine \d|created by |fatal error: |unexpected fault address |exit status \d|Node\.js v\d|--- End of |Wrapped by: |\[signal |\.\.\.|\}\r?$|\S+:\d+)`,
);

/** Longest line looked at: frames and heads are short, and a long line is data. */
const MAX_LINE = 16_384;

const HEAD = new RegExp(
  String.raw`^(?:Exception in thread ".{0,200}?" |Unhandled exception\. |Unhandled Exception: |Uncaught |Caused by: )?(?:${ERROR_NAME})(?: \[\w+\])?(?::|$)`,
);
const FRAME = /^\s+at (?:async |new |[\w$./<>~@|[-])/;
const MORE_FRAMES =
  /^\s*(?:\.\.\. \d+ (?:more|common frames omitted)|Caused by: |Suppressed: |Wrapped by: |---> |--- End of (?:inner exception )?stack trace)/;
const SOURCE = /^(?:file:\/\/)?\/\S{1,512}\.[cm]?[jt]s:\d+$/;
const PYTHON_HEAD = /^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):$/;
const PYTHON_FRAME = /^\s+(?:\| )?File "[^"]{1,512}", line \d+/;
const PYTHON_END = new RegExp(String.raw`^(?:${NAME}(?::|$)|\S{1,512}\.rb:\d+:in )`);
const PYTHON_CHAIN =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)$/;
const GO_HEAD = /^(?:panic: |fatal error: |unexpected fault address |goroutine \d+ \[)/;
const GO_CALL = /^[\w$~%-]+(?:[./][^\s(./]*)+\(/;
const GO_REST =
  /^(?:$|\s|panic: |fatal error: |goroutine \d+ |created by |\[signal |\[recovered\]|\[originating from |runtime\.|main\.|\.\.\.)/;
const RUBY_LINE = /^\S{1,512}\.(?:rb|erb|ru|rake):\d+:in [`']/;
const RUBY_FROM = /^\s+(?:\d+: )?from \S+:\d+(?::in |$)/;

/**
 * A very cheap over-approximation: false only when the line can neither begin nor continue any trace. Lines that are
 * JSON or begin with a digit (a time, an address) never do.
 */
export function mayTrace(text: string): boolean {
  const first = text.charCodeAt(0);
  if ((first >= 48 && first <= 57) || first === 123 || text.length > MAX_LINE) return false;
  if (Number.isNaN(first) || first <= 32) return true;
  return MAY.test(text) || endsWithBracket(text);
}

/** The state behind a line that begins a trace. */
export function beginTrace(text: string): TraceState | undefined {
  if (text.length > MAX_LINE) return undefined;
  const line = withoutReturn(text);
  if (PYTHON_HEAD.test(line) || PYTHON_FRAME.test(line)) return 'python';
  if (FRAME.test(line) || HEAD.test(line)) return afterFrame(line);
  if (GO_HEAD.test(line)) return 'go';
  if (RUBY_LINE.test(line) || RUBY_FROM.test(line)) return 'ruby';
  if (SOURCE.test(line)) return 'source';
  return /^\s*(?:Caused by: \S|\.\.\. \d+ more$)/.test(line) ? 'frames' : undefined;
}

type Next = TraceState | 'last' | undefined;

const NEXT: Readonly<Record<TraceState, (line: string) => Next>> = {
  frames: continueFrames,
  object: (line) => (/^\s/.test(line) ? 'object' : line === '}' ? 'last' : undefined),
  source: (line) => (HEAD.test(line) ? 'frames' : line === '' || /^\s/.test(line) ? 'source' : undefined),
  go: (line) => (/^exit status \d+$/.test(line) ? 'last' : GO_REST.test(line) || isGoCall(line) ? 'go' : undefined),
  ruby: (line) => (RUBY_FROM.test(line) || RUBY_LINE.test(line) ? 'ruby' : undefined),
  python: (line) => continuePython('python', line),
  'python-end': (line) => continuePython('python-end', line),
  'python-gap': (line) => continuePython('python-gap', line),
  'python-chain': (line) => continuePython('python-chain', line),
};

/** The state behind a line when it belongs to the trace in `state`. */
export function continueTrace(state: TraceState, text: string): TraceState | 'last' | undefined {
  return text.length > MAX_LINE ? undefined : NEXT[state](withoutReturn(text));
}

function continueFrames(line: string): TraceState | 'last' | undefined {
  if (/^Node\.js v\d/.test(line)) return 'last';
  return FRAME.test(line) || MORE_FRAMES.test(line) ? afterFrame(line) : undefined;
}

/** Node prints an error's own fields in braces behind its last frame. */
function afterFrame(line: string): TraceState {
  return line.endsWith(' {') ? 'object' : 'frames';
}

function continuePython(state: TraceState, line: string): TraceState | undefined {
  if (PYTHON_HEAD.test(line)) return state === 'python-chain' || /^\s/.test(line) ? 'python' : undefined;
  if (state === 'python') return /^\s/.test(line) ? 'python' : PYTHON_END.test(line) ? 'python-end' : undefined;
  if (state === 'python-end') return line === '' ? 'python-gap' : undefined;
  if (PYTHON_CHAIN.test(line)) return 'python-chain';
  return state === 'python-chain' && line === '' ? 'python-chain' : undefined;
}

function withoutReturn(text: string): string {
  return text.charCodeAt(text.length - 1) === 13 ? text.slice(0, -1) : text;
}

/** `main.(*T).f(0x1, {...})` */
function isGoCall(line: string): boolean {
  return endsWithBracket(line) && GO_CALL.test(line);
}

function endsWithBracket(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 41 || (last === 13 && text.charCodeAt(text.length - 2) === 41);
}
