/** What a whole stack trace says of its error. */
export interface TraceError {
  readonly type: string;
  readonly message: string;
}

const FRAME = /^\s*(?:at |File "|from |\.\.\. \d+ more)/;
const NAMED =
  /^(?:Caused by: |Unhandled exception\. |Exception in thread "[^"]*" )?((?:[A-Za-z_$][\w$]*[.:/]{1,2})*[A-Za-z_$][\w$]*)(?:: ?(.*))?$/;

/** Type and message of the error that a trace in `text` is of; '' where unknown. */
export function describeTrace(text: string): TraceError {
  const lines = text.split('\n', 2000);
  if (lines.some((line) => line.startsWith('Traceback (most recent call last)'))) return ofPython(lines);
  const go = /^(panic|fatal error): (.*)$/m.exec(text);
  if (go !== null) return { type: go[1] ?? '', message: go[2] ?? '' };
  return named(lines.find((line) => line.trim() !== '' && !FRAME.test(line)) ?? '');
}

/** Python ends with the error; chained traces end with the outermost. */
function ofPython(lines: readonly string[]): TraceError {
  const last = lines.findLast((line) => /^[A-Za-z_]/.test(line) && !line.startsWith('Traceback'));
  return named(last ?? '');
}

function named(line: string): TraceError {
  const found = NAMED.exec(line.trimEnd());
  return found === null ? { type: '', message: line.trim() } : { type: found[1] ?? '', message: found[2] ?? '' };
}
