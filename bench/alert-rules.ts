import { parseRule, type Rule } from '#libs/rules';

/**
 * What a hundred rules of one operator look like. Most are about one service each, of more services than write at any
 * moment (here 30, of which the load has 6), and about texts that hardly ever occur; some see every record of a service,
 * and some count all errors there are. How many records match is printed with the result.
 */

const WRITING = ['checkout', 'cart', 'billing', 'search', 'gateway', 'auth'];
const QUIET = [
  'accounts',
  'mailer',
  'stock',
  'pricing',
  'reviews',
  'returns',
  'invoices',
  'ledger',
  'shipping',
  'tracking',
  'coupons',
  'taxes',
  'catalog',
  'images',
  'sitemap',
  'recommend',
  'fraud',
  'kyc',
  'webhooks',
  'exports',
  'imports',
  'reports',
  'scheduler',
  'backoffice',
];
const SERVICES = [...WRITING, ...QUIET];

/** Texts of the classic failures. Two of them are in the load's stack traces: each in about 1 % of its records. */
const TEXTS = [
  '"out of memory"',
  '"no space left on device"',
  '"too many open files"',
  'deadlock',
  'panic',
  'segfault',
  '"stack overflow"',
  '"connection refused"',
  'ECONNREFUSED',
  '"already closed"',
  '"certificate has expired"',
  '"permission denied"',
  'OOMKilled',
  '"unhandled rejection"',
  '"heap limit"',
  '"broken pipe"',
  '"disk quota exceeded"',
  '"read only file system"',
  '"clock skew"',
  '"split brain"',
];

type Written = Record<string, unknown>;

/** 30: errors of one service are counted per host. 30: its errors of one kind are told at once. */
function perService(): Written[] {
  return SERVICES.flatMap((service) => [
    {
      name: `errors-${service}`,
      where: `service: ${service} and level: error`,
      count: { over: '5m', at_least: 5_000_000 },
      group_by: ['host'],
    },
    { name: `fatal-${service}`, level: 'fatal', where: `service: ${service}`, group_by: ['host'], severity: 'critical' },
  ]);
}

/** 20: rare texts, half of them from warnings on. */
function texts(): Written[] {
  return TEXTS.map((text, number) => ({
    name: `text-${number}`,
    where: number % 2 === 0 ? text : `${text} and level >= warn`,
    match: true,
    group_by: ['service'],
  }));
}

/** 10: five shares of failed requests, five rates of warnings. */
function shares(): Written[] {
  const [first = '', second = '', ...rest] = QUIET;
  const services = [...WRITING.slice(0, 2), first, second, rest[0] ?? ''];
  return services.flatMap((service) => [
    {
      name: `failed-${service}`,
      where: `service: ${service} and http.response.status_code >= 500`,
      ratio: { of: `service: ${service}`, over: '5m', above: '90%', min_total: 50 },
    },
    { name: `warnings-${service}`, where: `service: ${service} and level: warn`, rate: { over: '1m', above: '1000000/s' } },
  ]);
}

/** 10: silence of services, new names, sudden rises. */
function rest(): Written[] {
  return [
    ...['mailer', 'scheduler', 'exports', 'checkout', 'ledger'].map((service) => ({
      name: `silent-${service}`,
      where: `service: ${service}`,
      absence: { over: '10m' },
    })),
    { name: 'new-error-source', where: 'level >= error', new_term: { field: 'service.name', remember: '30d' } },
    { name: 'new-fatal-host', where: 'level: fatal', new_term: { field: 'host.name', remember: '30d' } },
    { name: 'error-spike', where: 'level >= error', spike: { over: '5m', height: 1_000, min_count: 1_000_000 }, group_by: ['service'] },
    { name: 'auth-spike', where: 'service: auth and level >= warn', spike: { over: '5m', height: 1_000, min_count: 1_000_000 } },
    { name: 'payment-users', where: 'service: fraud and level >= warn', distinct: { field: 'user.id', over: '10m', at_least: 100 } },
  ];
}

/** The first of a hundred rules, as they stand in a file. */
export function writtenRules(count: number): Written[] {
  return [...perService(), ...texts(), ...shares(), ...rest()].slice(0, count);
}

export function rulesOf(written: readonly Written[]): Rule[] {
  return written.map((each) => {
    const parsed = parseRule(each, { kind: 'rest' });
    if ('rule' in parsed) return parsed.rule;
    throw new Error(JSON.stringify(parsed.problems));
  });
}
