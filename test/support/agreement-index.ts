import { KNOWN_FIELDS } from '#libs/query';

const TYPES = { keyword: 'keyword', text: 'text', long: 'long', ip: 'ip', date: 'date_nanos', flattened: 'flattened' } as const;

/** Attributes keep every value: what does not fit the first-come type is found through a twin. */
const DYNAMIC_TEMPLATES = [
  {
    numbers: {
      path_match: 'attributes.*',
      match_mapping_type: ['long', 'double'],
      mapping: { type: 'double', ignore_malformed: true, fields: { as_text: { type: 'keyword', ignore_above: 1024 } } },
    },
  },
  {
    texts: {
      path_match: 'attributes.*',
      match_mapping_type: ['string', 'boolean'],
      mapping: { type: 'keyword', ignore_above: 1024, fields: { as_number: { type: 'double', ignore_malformed: true } } },
    },
  },
];

const MAPPINGS = {
  date_detection: false,
  dynamic_templates: DYNAMIC_TEMPLATES,
  properties: {
    ...Object.fromEntries(Object.entries(KNOWN_FIELDS).map(([name, { type }]) => [name, { type: TYPES[type] }])),
    attributes: { type: 'passthrough', priority: 10, dynamic: true },
  },
};

export interface AgreementIndex {
  create(records: readonly object[]): Promise<void>;
  /** Numbers of the records that match, rising. */
  search(query: object): Promise<number[]>;
  drop(): Promise<void>;
}

/** An index of a test's own on a live node, mapped as the store's template maps records. */
export function agreementIndex(node: string): AgreementIndex {
  const url = `${node}/logweir-agreement-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const call = async (method: string, path: string, body?: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const json = { 'content-type': 'application/json' };
    const response = await fetch(url + path, {
      method,
      headers: path.startsWith('/_bulk') ? headers : json,
      ...(body === undefined ? {} : { body }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${answer.slice(0, 2000)}\n${body ?? ''}`);
    return JSON.parse(answer);
  };
  return {
    async create(records) {
      await call('PUT', '', JSON.stringify({ settings: { number_of_shards: 1, number_of_replicas: 0 }, mappings: MAPPINGS }));
      const lines = records.map((record, id) => `{"create":{"_id":"${id}"}}\n${JSON.stringify(record)}\n`);
      const answer = (await call('POST', '/_bulk?refresh=true', lines.join(''))) as { errors: boolean };
      if (answer.errors) throw new Error(JSON.stringify(answer).slice(0, 2000));
    },
    async search(query) {
      const answer = (await call('POST', '/_search?size=1000&_source=false', JSON.stringify({ query }))) as {
        hits: { hits: { _id: string }[] };
      };
      return answer.hits.hits.map(({ _id }) => Number(_id)).toSorted((left, right) => left - right);
    },
    async drop() {
      await call('DELETE', '');
    },
  };
}
