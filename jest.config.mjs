/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{apps,libs,test,bench}/**/*.{spec,e2e-spec}.ts'],
  // Specs start real processes, threads and servers; a busy machine must not fail them.
  testTimeout: 20_000,
  // Most of them wait for servers and timers: one for each core, not one less.
  maxWorkers: '100%',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
