/** What a whole stack trace says of its error. */
export interface TraceError {
  readonly type: string;
  readonly message: string;
}

const NAMED =
  /^(?:Caused by: |Unhandled exception\. |Uncaught |Exception in thread "[^"]*" )?((?:[A-Za-z_$][\w$]*[./])*[A-Za-z_$][\w$]*)(?: \[\w+\])?(?:: ?(.*))?$/;
const ERROR_LINE =
  /^(?:Exception in thread|Unhandled exception|Uncaught|Caused by: )|^[\w$./]{0,512}(?:Exception|Error|Throwable|Failure|Fault)[\w$]{0,64}(?: \[\w+\])?(?::|$)/;
const RUBY = /^\S+:\d+:in [`'][^`']*': (.*) \(([\w:]+)\)$/;

/** Lines looked at; heads come first, and Python's last line within this of any trace that a person reads. */
const MAX_LINES = 10_000;

/** Type and message of the error that a trace in `text` is of; '' where unknown. */
export function describeTrace(text: string): TraceError {
  const lines = text.split('\n', MAX_LINES);
  if (lines.some((line) => line.startsWith('Traceback (most recent call last)'))) return ofPython(lines);
  const go = /^(panic|fatal error): (.*)$/m.exec(text);
  if (go !== null) return { type: go[1] ?? '', message: go[2] ?? '' };
  const ruby = RUBY.exec(lines[0] ?? '');
  if (ruby !== null) return { type: ruby[2] ?? '', message: ruby[1] ?? '' };
  return named(lines.find((line) => ERROR_LINE.test(line)) ?? '');
}

/** Python ends with the error; chained traces end with the outermost. */
function ofPython(lines: readonly string[]): TraceError {
  const last = lines.findLast((line) => /^[A-Za-z_]/.test(line) && !line.startsWith('Traceback'));
  return named(last ?? '');
}

function named(line: string): TraceError {
  const found = NAMED.exec(line.trimEnd());
  return found === null ? { type: '', message: '' } : { type: found[1] ?? '', message: found[2] ?? '' };
}
