/** Which part may import which: the arrows of ARCHITECTURE.md. `npm run check` fails on any other. */
const lib = (names) => `^libs/(${names})/`;

/** A lib and the libs it may import; telemetry is allowed to all but the leaves. */
const below = {
  patterns: '',
  record: 'patterns',
  disk: '',
  telemetry: '',
  config: '',
  service: 'access|disk|telemetry|config|store|documents|coordination|rules|filters|alerts|notify|kibana|query',
  journal: 'disk|record|telemetry',
  protocols: 'record|telemetry',
  query: 'record|telemetry',
  kibana: 'query',
  store: 'query|record|journal|documents|disk|telemetry',
  tail: 'query|telemetry',
  rules: 'query|record|telemetry',
  filters: 'patterns|query|record|rules|telemetry',
  coordination: 'telemetry',
  documents: 'disk|telemetry',
  access: 'documents|telemetry',
  http: 'access|telemetry',
  alerts: 'telemetry',
  notify: 'alerts|telemetry',
};

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    error('no-cycle', 'Two files that need each other are one file, or three', {}, { circular: true }),
    error('unresolved', 'An import that leads nowhere', {}, { couldNotResolve: true }),
    error(
      'libs-know-no-framework',
      'Nest and BullMQ live in apps only',
      { path: '^libs/(?!coordination/)' },
      { path: 'node_modules/(@nestjs|bullmq|rxjs|reflect-metadata)' },
    ),
    error('libs-know-no-app', 'Apps are made of libs, never the other way', { path: '^libs/' }, { path: '^apps/' }),
    error(
      'apps-stand-alone',
      'Only the hub composes other apps',
      { path: '^apps/(?!hub/)([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    error('page-stands-alone', 'The page knows the REST API, nothing else of ours', { path: '^apps/web/' }, { path: '^libs/' }),
    error(
      'libs-by-name',
      'Import #libs/<name>, never a path inside it',
      { path: '^(apps|bench|test)/' },
      { path: '^libs/', pathNot: '/src/index\\.ts$' },
    ),
    ...Object.entries(below).map(([name, allowed]) =>
      error(
        `${name}-imports`,
        `${name} may import: ${allowed || 'no lib'}`,
        { path: lib(name), pathNot: '\\.(spec|contract|fixture)\\.ts$' },
        { path: '^libs/', pathNot: lib(allowed ? `${name}|${allowed}` : name) },
      ),
    ),
    ...Object.keys(below)
      .filter((name) => name !== 'protocols')
      .map((name) =>
        error(
          `${name}-by-name`,
          `Import #libs/<name>, never a path inside it`,
          { path: lib(name) },
          { path: `^libs/(?!${name}/)`, pathNot: '/src/index\\.ts$' },
        ),
      ),
    error(
      'elasticsearch-fence',
      'The client is known in one folder',
      { pathNot: '^(libs/store/src/elasticsearch/|test/|bench/)|\\.spec\\.ts$' },
      { path: 'node_modules/@elastic' },
    ),
    error(
      'duckdb-fence',
      'The engine is known in one folder',
      { pathNot: '^(libs/store/src/duckdb/|test/|bench/)' },
      { path: 'node_modules/@duckdb' },
    ),
    error(
      'no-test-code',
      'What ships imports no test',
      { path: '^(apps|libs)/', pathNot: '\\.(spec|contract|fixture)\\.ts$' },
      { path: '^(test|bench)/|\\.(spec|contract|fixture)\\.ts$' },
    ),
    error(
      'no-dev-package',
      'What ships needs no devDependency; the page ships with what it is made of',
      { path: '^(apps/(?!web/)|libs/)', pathNot: '\\.(spec|contract|fixture)\\.ts$' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
