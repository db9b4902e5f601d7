export { Patterns } from './patterns.js';
