/** What people watch: mostly one service each, of more than write at any moment, its errors, a word, a trace, a user. */
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
];
const WORDS = [
  'ECONNREFUSED',
  '"already closed"',
  '"out of memory"',
  'deadlock',
  'panic',
  'OOMKilled',
  '"unhandled rejection"',
  '"broken pipe"',
];

export function tailQueries(count: number): string[] {
  const queries = [
    ...WRITING.map((service) => `service:${service} and level>=error`),
    ...QUIET.map((service) => `service:${service}`),
    ...WORDS,
    ...WRITING.map((service) => `service:${service} and "slow query detected"`),
    ...QUIET.map((service) => `service:${service} and level>=warn`),
    'level:fatal',
    'http.response.status_code >= 500 and service:auth',
    'trace.id:4bf92f3577b34da6a3ce929d0e0e4736',
    'trace_id:4bf92f3577b34da6a3ce929d0e0e4736',
    'reqId:req-1f2e3d',
    'user.id:8841 and level>=warn',
  ];
  return Array.from({ length: count }, (_, n) => queries[n % queries.length] ?? '*');
}
