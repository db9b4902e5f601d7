/**
 * Kibana's saved objects as its import reads them: one JSON object a line. Each type carries the version of its own schema;
 * Kibana migrates older objects up and refuses newer ones, so they are written as Kibana 9.0 knows them: that is the oldest
 * one beside Elasticsearch 9.x, which is all that the store speaks to.
 */

/** The newest schema of each type that Kibana 9.0 has. */
const VERSIONS = { 'index-pattern': '8.0.0', search: '10.5.0', dashboard: '10.2.0' } as const;
/** Of the envelope, unchanged since 8.8. */
const CORE_VERSION = '8.8.0';

export type SavedObjectType = keyof typeof VERSIONS;

/** How an object names another: ids stand only here, never in the attributes. */
export interface Reference {
  readonly name: string;
  readonly type: SavedObjectType;
  readonly id: string;
}

export interface SavedObject {
  readonly type: SavedObjectType;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly managed: false;
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

export function savedObject(
  type: SavedObjectType,
  id: string,
  attributes: SavedObject['attributes'],
  references: readonly Reference[] = [],
): SavedObject {
  return { type, id, attributes, references, managed: false, coreMigrationVersion: CORE_VERSION, typeMigrationVersion: VERSIONS[type] };
}

/** What `POST /api/saved_objects/_import` takes as its file. */
export function formatNdjson(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}
