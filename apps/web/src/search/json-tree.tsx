import { LongText } from './long-text.js';

/** A value of a record that can be opened part by part. Text stays text. */
export function JsonTree({ name, value }: { name: string; value: unknown }) {
  const label = name === '' ? null : <span className="json-name">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${typeof value}`}>
          <LongText text={JSON.stringify(value) ?? ''} />
        </span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  return (
    <details className="json" open>
      <summary>
        {label}
        {isList ? `[${entries.length}]` : `{${entries.length}}`}
      </summary>
      {entries.map(([key, inner]) => (
        <JsonTree key={key} name={key} value={inner} />
      ))}
    </details>
  );
}
