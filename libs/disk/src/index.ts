export { readOptional, readOptionalBytes } from './read-optional.js';
export { replaceFile, syncPath, type ReplaceOptions } from './replace-file.js';
