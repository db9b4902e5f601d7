import type { Client, estypes } from '@elastic/elasticsearch';
import { toStoreError } from './client.js';

/**
 * Where the values of a field stand as text. Of an attribute that began as a number `.as_text` has every value, one that began as text
 * has them under its own name. The first value in an index decides, so indices may disagree, and an aggregation over both is refused.
 */
export interface ValuePlace {
  readonly field: string;
  /** undefined when it is the same in all. */
  readonly indices: readonly string[] | undefined;
}

type Capability = Readonly<Record<string, { readonly indices?: string | readonly string[] }>>;

export async function placesOf(client: Client, all: string, names: readonly string[]): Promise<ReadonlyMap<string, readonly ValuePlace[]>> {
  const attributes = names.filter((name) => name.startsWith('attributes.'));
  const fields = attributes.length === 0 ? {} : await capabilities(client, all, attributes);
  return new Map(names.map((name) => [name, attributes.includes(name) ? placesIn(fields, name) : [{ field: name, indices: undefined }]]));
}

function placesIn(fields: Readonly<Record<string, Capability>>, name: string): ValuePlace[] {
  const twin = `${name}.as_text`;
  const asText = ownOf(fields, twin);
  if (asText === undefined) return [{ field: name, indices: undefined }];
  const elsewhere = asText['unmapped'];
  if (elsewhere === undefined || ownOf(fields, name)?.['keyword'] === undefined) return [{ field: twin, indices: undefined }];
  return [
    { field: twin, indices: indicesOf(asText['keyword']) },
    { field: name, indices: indicesOf(elsewhere) },
  ];
}

const ownOf = (fields: Readonly<Record<string, Capability>>, name: string): Capability | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

const indicesOf = (capability: Capability[string] | undefined): readonly string[] => [capability?.indices ?? []].flat();

async function capabilities(client: Client, all: string, names: readonly string[]): Promise<Readonly<Record<string, Capability>>> {
  const request: estypes.FieldCapsRequest = {
    index: all,
    fields: names.flatMap((name) => [name, `${name}.as_text`]),
    include_unmapped: true,
    ignore_unavailable: true,
  };
  try {
    return (await client.fieldCaps(request)).fields;
  } catch (error) {
    throw toStoreError(error, `looking up the fields ${names.join(', ').slice(0, 200)}`);
  }
}
