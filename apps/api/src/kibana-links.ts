import type { Settings } from '#libs/config';
import { DiscoverLinks } from '#libs/kibana';
import type { ApiParts } from './api-parts.js';

/** The part of the API that knows Kibana, where people have one. */
export function kibanaLinks({ kibana: { url } }: Pick<Settings, 'kibana'>): Pick<ApiParts, 'kibana'> {
  return url === '' ? {} : { kibana: new DiscoverLinks(url) };
}
