/** Between a stored record (nested ECS objects) and one flat object under full dotted names, as columns want it. */

/** Fields that are one flat object with dotted keys inside, in both shapes of a record. */
const FLAT_OBJECTS = ['attributes', 'labels', 'container.labels'] as const;

/** ECS names are this deep at most; what lies deeper is a value. */
const MAX_DEPTH = 6;

type Json = Readonly<Record<string, unknown>>;

/** `{log: {level: 'info'}, attributes: {'a.b': 1}}` to `{'log.level': 'info', 'attributes.a.b': 1}`. Null values are left out. */
export function flatten(record: Json): Record<string, unknown> {
  const flat = Object.create(null) as Record<string, unknown>;
  flattenInto(flat, '', record, 1);
  return flat;
}

function flattenInto(flat: Record<string, unknown>, prefix: string, object: Json, depth: number): void {
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === null || value === undefined) continue;
    const name = prefix + key;
    if (typeof value === 'object' && !Array.isArray(value) && depth < MAX_DEPTH) flattenInto(flat, name + '.', value as Json, depth + 1);
    else flat[name] = value;
  }
}

/** The way back: fixed fields nested, `attributes`, `labels` and `container.labels` one flat object each. */
export function unflatten(flat: Json): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const key of Object.keys(flat)) {
    const value = flat[key];
    if (value === null || value === undefined) continue;
    const object = FLAT_OBJECTS.find((name) => key.startsWith(name) && key.charCodeAt(name.length) === 46);
    const path = object === undefined ? key.split('.') : [...object.split('.'), key.slice(object.length + 1)];
    set(record, path, value);
  }
  return record;
}

function set(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let object = record;
  for (const part of path.slice(0, -1)) {
    const inner = Object.hasOwn(object, part) ? object[part] : undefined;
    object = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : define(object, part, {});
  }
  define(object, path.at(-1) ?? '', value);
}

/** Own properties also for `__proto__`. */
function define<Kind>(object: Record<string, unknown>, key: string, value: Kind): Kind {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return value;
}
