export type { Query } from './ast.js';
