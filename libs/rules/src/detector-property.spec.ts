import fc from 'fast-check';
import { Detector } from './detector.js';
import { deliveryOf, finish, naive, ruleOf } from './detector.fixture.js';
import { line, WHERE } from './lines.fixture.js';
import { SignalBuilder } from './signal-builder.js';

const where = fc.constantFrom(...WHERE);
const fields = ['service', 'host', 'container', 'level', 'user_id', 'http.response.status_code', 'stream', 'tags', 'log.pattern'];
const group_by = fc.uniqueArray(fc.constantFrom(...fields), { maxLength: 3 });
const field = fc.constantFrom('log.pattern', 'user_id', 'service', 'http.request.method', 'service.version');
const allowed_lateness = fc.constantFrom('0s', '60s', '10m');

const rule = fc
  .oneof(
    fc.record({ where, group_by, allowed_lateness, match: fc.constant(true) }),
    fc.record({ where, group_by, allowed_lateness, level: fc.constantFrom('warn', 'error') }),
    fc.record({ where, group_by, count: fc.constant({ over: '60s', at_least: 1 }) }),
    fc.record({ where, group_by, ratio: where.map((of) => ({ of, over: '60s', above: '5%' })) }),
    fc.record({ where, group_by, distinct: field.map((name) => ({ field: name, over: '60s', at_least: 1 })) }),
    fc.record({ where, group_by, new_term: field.map((name) => ({ field: name })) }),
    fc.record({ where, group_by, change: field.map((name) => ({ field: name })) }),
  )
  .map((value) => value as Readonly<Record<string, unknown>>);

it('finds in any bytes what every rule would find in every parsed record', () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 12 }), fc.array(line, { maxLength: 30 }), (values, lines) => {
      const rules = values.map((value, index) => ruleOf({ ...value, name: `rule-${index}` }));
      const delivery = deliveryOf(lines);
      const detector = new Detector(rules);
      for (let round = 0; round < 2; round += 1) {
        const builder = new SignalBuilder();
        detector.detect(delivery, builder);
        const found = finish(builder).rules.toSorted((a, b) => Number(a.rule.slice(5)) - Number(b.rule.slice(5)));
        expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(JSON.stringify(naive(delivery, rules))));
      }
      expect(detector.unreadable).toBe(0);
    }),
    { numRuns: 400 },
  );
});
