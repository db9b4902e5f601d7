import { startLine } from './start-line.js';

it('the start line gives seconds and all addresses', () => {
  expect(startLine({ forward: 'tcp://127.0.0.1:24224', api: 'http://127.0.0.1:4280' }, 0.87)).toBe(
    'logweir ready in 0.9 s · forward tcp://127.0.0.1:24224 · api http://127.0.0.1:4280',
  );
});
