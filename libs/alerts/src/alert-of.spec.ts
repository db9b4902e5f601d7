import { alertOf, type TransitionLike } from './alert-of.js';
import { START_MS } from './alerts.fixture.js';
import { checkTemplate, renderTemplate } from './template.js';

const TRANSITION: TransitionLike = {
  id: 't1',
  rule: 'api-errors',
  group: { 'service.name': 'api', 'host.name': '' },
  kind: 'firing',
  atMs: START_MS + 5,
  startsAtMs: START_MS,
  value: 1_234.567,
  threshold: 10,
  window: { fromMs: START_MS - 90_000, toMs: START_MS },
  folded: 0,
  samples: [{ message: 'no room' }],
};

const RULE = { severity: 'critical', labels: { team: 'x' }, annotations: {}, notify: ['ops'] };

describe('the alert of a transition', () => {
  it('has the name, the severity, the labels of the rule and the fields of the group', () => {
    expect(alertOf(TRANSITION, RULE, { acceptedMs: 3, generatorUrl: ({ rule }) => `http://h/${rule}` })).toMatchObject({
      labels: { alertname: 'api-errors', service_name: 'api', severity: 'critical', team: 'x' },
      startsAtMs: START_MS,
      updatedAtMs: START_MS + 5,
      transition: 't1',
      occurrence: false,
      notify: ['ops'],
      values: { value: 1_234.567, threshold: 10 },
      samples: [{ message: 'no room' }],
      acceptedMs: 3,
      generatorUrl: 'http://h/api-errors',
    });
  });

  it.each([
    ['firing', undefined, false],
    ['no_data', undefined, false],
    ['resolved', START_MS + 5, false],
    ['occurrence', undefined, true],
  ] as const)('of a %s one has the end %s; occurrence: %s', (kind, endsAtMs, isOccurrence) => {
    const alert = alertOf({ ...TRANSITION, kind }, RULE);
    expect([alert.endsAtMs, alert.occurrence]).toEqual([endsAtMs, isOccurrence]);
  });

  it('has the same fingerprint when it ends', () => {
    const begin = alertOf(TRANSITION, RULE);
    expect(alertOf({ ...TRANSITION, kind: 'resolved', value: 0 }, RULE).fingerprint).toBe(begin.fingerprint);
  });

  it('lets no field of a record pass for the name or a label of the rule', () => {
    const group = { alertname: 'other', severity: 'info', team: 'y' };
    expect(alertOf({ ...TRANSITION, group }, RULE).labels).toEqual({ alertname: 'api-errors', severity: 'critical', team: 'x' });
  });
});

describe('an annotation', () => {
  const render = (text: string) => alertOf(TRANSITION, { ...RULE, annotations: { text } }).annotations['text'];

  it.each([
    ['no template', 'no template'],
    ['{{ rule }} {{ labels.team }} {{ kind }}', 'api-errors x firing'],
    ['{{ group.service_name }} {{ group["service.name"] }}', 'api api'],
    ['{{ value | number }} {{ value | number: 0 }} > {{ threshold }}', '1 234.57 1 235 > 10'],
    ['{{ window | duration }} since {{ startsAt }}', '1m30s since 2026-11-21T07:00:00.000Z'],
    ['{{ samples[0].message | upcase }}', 'NO ROOM'],
    ['{% if folded > 0 %}and {{ folded }} more{% else %}one{% endif %}', 'one'],
    ['{{ nothing.at.all }}-', '-'],
    ['{{ group.constructor }}-', '-'],
  ])('%s is %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ['{{ value | shout }}', /undefined filter: shout/],
    ['{% if %}', /./],
    ['{% include "passwd" %}', /tag "include" not found/],
    ['{% render "passwd" %}', /tag "render" not found/],
    ['{{ value', /not closed/],
    ['x'.repeat(9_000), /at most 8192/],
  ])('that is wrong is refused when its rule is read: %s', (text, message) => {
    expect(checkTemplate(text)).toMatch(message);
  });

  it('that is right has no problem', () => {
    expect(checkTemplate('{{ value | percent }}')).toBeUndefined();
  });

  it.each(['{{ value | shout }}', '{% for a in (1..100000000) %}{{ a }}{% endfor %}', "{{ 'x' | times: 'y' | nope }}"])(
    'that fails is told as it stands, with the reason: %s',
    (text) => {
      expect(render(text)?.startsWith(text)).toBe(true);
      expect(render(text)).toMatch(/\[template failed: .+\]$/);
    },
  );

  it('is cut at its limit', () => {
    expect(renderTemplate('{% for a in (1..900) %}0123456789{% endfor %}', {})).toHaveLength(8_192);
  });
});
