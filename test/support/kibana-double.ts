import { type Asked, type HttpDouble, type Said, startHttpDouble } from './http-double.js';

/** The three calls of provisioning as Kibana 9 documents them: status, import of saved objects, default data view. */
export interface KibanaDouble extends HttpDouble {
  /** `type:id` → the object as it came. */
  readonly objects: Map<string, ImportedObject>;
  defaultDataView: string | null;
  /** Levels that `/api/status` tells one after the other; then `available`. */
  readonly levels: string[];
  /** When set, everything but the status wants it. */
  authorization: string;
}

interface ImportedObject {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly type: string; readonly id: string }[];
  readonly typeMigrationVersion: string;
}

interface ImportError {
  readonly type: string;
  readonly id: string;
  readonly error: {
    readonly type: string;
    readonly message?: string;
    readonly references?: readonly { readonly type: string; readonly id: string }[];
  };
}

/** The newest schema that Kibana 9.0 knows of each type. */
const KNOWN: Readonly<Record<string, string>> = { 'index-pattern': '8.0.0', search: '10.5.0', dashboard: '10.2.0' };

export async function startKibanaDouble(): Promise<KibanaDouble> {
  const objects = new Map<string, ImportedObject>();
  const double = await startHttpDouble((asked) => answer(kibana, asked));
  const levels: string[] = [];
  const kibana: KibanaDouble = Object.assign(double, { objects, levels, defaultDataView: null, authorization: '' });
  return kibana;
}

function answer(kibana: KibanaDouble, asked: Asked): Said {
  if (asked.path === '/api/status') {
    const level = kibana.levels.shift() ?? 'available';
    return { status: level === 'unavailable' ? 503 : 200, body: { version: { number: '9.0.0' }, status: { overall: { level } } } };
  }
  if (kibana.authorization !== '' && asked.authorization !== kibana.authorization) return refused(401, 'Unauthorized');
  if (asked.headers['kbn-xsrf'] === undefined) return refused(400, 'Request must contain a kbn-xsrf header.');
  if (asked.path === '/api/saved_objects/_import?overwrite=true') return importObjects(kibana, asked);
  if (asked.path === '/api/data_views/default') {
    const { data_view_id: id, force } = JSON.parse(asked.body) as { data_view_id: string; force: boolean };
    if (kibana.defaultDataView === null || force) kibana.defaultDataView = id;
    return { status: 200, body: { acknowledged: true } };
  }
  return refused(404, 'Not Found');
}

function importObjects(kibana: KibanaDouble, { headers, body }: Asked): Said {
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1];
  const parts = body.split(`--${boundary ?? '?'}`);
  const file = /\r\ncontent-disposition: form-data; name="file"; filename="[^"]+\.ndjson"\r\n(?:[^\r]+\r\n)*\r\n([^]*)\r\n$/i.exec(
    parts[1] ?? '',
  )?.[1];
  if (file === undefined || parts.length !== 3) return refused(400, '[request body.file]: expected value of type [Stream]');
  const given = file
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ImportedObject);
  const all = new Set([...kibana.objects.keys(), ...given.map(keyOf)]);
  const errors = given.flatMap((object): ImportError[] => {
    const { type, id } = object;
    if (object.typeMigrationVersion !== KNOWN[type])
      return [{ type, id, error: { type: 'unknown', message: 'belongs to a more recent version of Kibana' } }];
    const references = object.references.filter((reference) => !all.has(keyOf(reference)));
    return references.length === 0 ? [] : [{ type, id, error: { type: 'missing_references', references } }];
  });
  const taken = given.filter((object) => !errors.some((error) => keyOf(error) === keyOf(object)));
  for (const object of taken) kibana.objects.set(keyOf(object), object);
  return { status: 200, body: { success: errors.length === 0, successCount: taken.length, ...(errors.length > 0 && { errors }) } };
}

const keyOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}:${id}`;

const refused = (statusCode: number, message: string): Said => ({ status: statusCode, body: { statusCode, error: 'Error', message } });
