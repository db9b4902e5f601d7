import { place } from './problems.js';

const problem = (field: string) => ({ field, message: `${field} is wrong` });

it('a problem stands at its field, at the nearest around it, or elsewhere', () => {
  const problems = ['name', 'count.over', 'count.atleast', 'recover.below', 'notify.0', ''].map(problem);
  const { at, elsewhere } = place(problems, ['name', 'count', 'count.over', 'notify']);
  const fields = (path: string) => at(path).map(({ field }) => field);
  expect([fields('name'), fields('count.over'), fields('count'), fields('notify')]).toEqual([
    ['name'],
    ['count.over'],
    ['count.atleast'],
    ['notify.0'],
  ]);
  expect(elsewhere.map(({ field }) => field)).toEqual(['recover.below', '']);
});
