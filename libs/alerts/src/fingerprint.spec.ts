import { fingerprint } from './fingerprint.js';
import { labelName, tidyLabels } from './labels.js';

describe('the fingerprint of labels', () => {
  // Given by Alertmanager 0.25 for the same labels.
  it.each([
    [{ alertname: 'ok' }, '01167342b0fed1b2'],
    [{ alertname: 'y', severity: 'warning', host: 'h' }, '08acc6eceaf510c4'],
    [{ team: 'x', alertname: 'x', severity: 'critical', host: 'h' }, '48459eac690ae711'],
  ])('of %j is what Alertmanager computes', (labels, expected) => {
    expect(fingerprint(labels)).toBe(expected);
  });

  it('of no labels is the basis of the hash', () => {
    expect(fingerprint({})).toBe('cbf29ce484222325');
  });
});

describe('labels', () => {
  it.each([
    ['service.name', 'service_name'],
    ['attributes.user-id', 'attributes_user_id'],
    ['4xx', '_4xx'],
    ['', '_'],
  ])('the field %s is the label %s', (field, label) => {
    expect(labelName(field)).toBe(label);
  });

  it('have no empty values, and none that is longer than the limit', () => {
    expect(tidyLabels({ b: '', a: 'x'.repeat(2_000) })).toEqual({ a: `${'x'.repeat(1_023)}…` });
  });
});
