import { encodeMessagePack } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);

describe('datasets by forward tag', () => {
  let fixture: IngestFixture;

  beforeAll(async () => {
    fixture = await openFixture({
      LOGWEIR_STORE_KIND: 'elasticsearch',
      LOGWEIR_ELASTICSEARCH_DATASETS: 'tag[1]',
      LOGWEIR_ELASTICSEARCH_MAX_DATASETS: '2',
    });
  });
  afterAll(() => fixture.close());

  const send = async (...frames: readonly (readonly [tag: string, log: string])[]): Promise<void> => {
    const line = await Line.to(fixture.port('forward'));
    line.socket.end(
      Buffer.concat(frames.map(([tag, log]) => encodeMessagePack([tag, SECONDS, { log, container_id: tag, source: 'stdout' }]))),
    );
    await eventually(() => expect(line.ended).toBe(true));
    line.socket.destroy();
  };
  const overLimit = () => fixture.metric('logweir_normalise_oddities_total{reason="dataset_over_limit"}');

  /** Dataset by message, of what the store has. */
  const datasets = () =>
    Object.fromEntries(
      fixture.store.records.map(({ message, record }) => [
        message.split('\n')[0],
        (record['data_stream'] as { dataset: string } | undefined)?.dataset ?? 'none',
      ]),
    );

  it('are the first ones up to the limit; further records have none and are counted', async () => {
    await send(['app.web', 'one'], ['app.Shop-1', 'two'], ['app.more', 'three'], ['app', 'four'], ['app.web', 'five']);
    const expected = { one: 'logweir.web', two: 'logweir.shop_1', three: 'none', four: 'none', five: 'logweir.web' };
    await eventually(() => expect(datasets()).toEqual(expected));
    expect(await overLimit()).toBe(1);
  });

  it('are the same after a restart, for what waited in the journal and for what comes, whoever comes first', async () => {
    fixture.store.away = true;
    const trace = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', 'ValueError: x'];
    await send(['app.web', 'waited'], ['app.more', 'waited, too'], ...trace.map((log) => ['app.shop-1', log] as const));
    const before = fixture.store.sent.length;
    await fixture.restart();
    fixture.store.away = false;
    await send(['app.new', 'six'], ['app.more', 'seven'], ['app.shop-1', 'eight']);
    await eventually(() =>
      expect(datasets()).toMatchObject({
        waited: 'logweir.web',
        'waited, too': 'none',
        [trace[0] ?? '']: 'logweir.shop_1',
        six: 'none',
        seven: 'none',
        eight: 'logweir.shop_1',
      }),
    );
    expect(fixture.store.sent.length).toBeGreaterThan(before);
    const texts = new Map<string, Set<string>>();
    for (const { id, text } of fixture.store.sent) texts.set(id, (texts.get(id) ?? new Set()).add(text));
    expect([...texts.values()].filter((each) => each.size > 1)).toEqual([]);
  });
});
