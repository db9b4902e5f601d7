import { storedField } from './fields.js';

describe('where a record has a field', () => {
  it.each([
    ['level', 'log.level', ['log', 'level']],
    ['user_id', 'attributes.user_id', ['attributes', 'user_id']],
    ['labels.team', 'labels.team', ['labels', 'team']],
    // Not an attribute, although no query can ask for it.
    ['event.original', 'event.original', ['event', 'original']],
  ])('%s: %s', (typed, name, path) => expect(storedField(typed)).toMatchObject({ name, path }));
});
