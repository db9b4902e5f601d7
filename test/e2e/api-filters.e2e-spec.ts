import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings } from '#libs/config';
import { FilterFiles } from '#libs/service';
import { JsonLogger, Metrics } from '#libs/telemetry';
import { type ApiFixture, NOW_MS, startFixture } from '../support/api-fixture.js';

describe('POST /api/v1/filters/test', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'logweir-filter-test-'));
  let fixture: ApiFixture;
  let filters: FilterFiles;

  beforeAll(async () => {
    writeFileSync(
      path.join(folder, 'a.yml'),
      `- name: health\n  drop: { where: 'url.path: "/healthz"' }\n- name: mails\n  redact: { patterns: [email], action: hash }\n`,
    );
    const env = { LOGWEIR_FILTERS_FOLDER: folder, LOGWEIR_FILTERS_HASH_KEY: 'k', LOGWEIR_FILTERS_REDACT: 'card' };
    const settings = loadSettings({ env, readFile: () => undefined }).filters;
    filters = await FilterFiles.open({
      settings,
      metrics: new Metrics(),
      log: new JsonLogger({ level: 'error', write: () => undefined, now: () => NOW_MS }),
    });
    fixture = await startFixture({ filters });
  });
  afterAll(async () => {
    await fixture.api.close();
    await filters.close();
    rmSync(folder, { recursive: true });
  });

  const test = async (body: object): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const response = await fetch(`${fixture.api.address}/api/v1/filters/test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  it('says what of a line would be stored, and which filter changed what', async () => {
    const { status, answer } = await test({ line: '{"msg":"paid by bob@example.com","card":"4111 1111 1111 1111"}' });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      outcome: 'kept',
      filters: ['built-in', 'health', 'mails'],
      changes: [
        { filter: 'mails', field: 'message' },
        { filter: 'built-in', field: 'attributes.card' },
      ],
      record: { message: expect.stringMatching(/^paid by hash:[0-9a-f]{12}$/), attributes: { card: '**** **** **** 1111' } },
    });
  });

  it('says what left it out', async () => {
    const { answer } = await test({ line: '{"msg":"x","url":"/healthz"}' });
    expect(answer).toEqual({ outcome: 'dropped', by: 'health', changes: [], filters: ['built-in', 'health', 'mails'] });
  });

  it('tries filters that are in no file yet, with fields as a sender gives them', async () => {
    const body = { fields: { user: 'u-1', n: 1 }, filters: [{ name: 'users', redact: { fields: ['user'], action: 'remove' } }] };
    const { answer } = await test(body);
    expect(answer).toMatchObject({ outcome: 'kept', filters: ['users'], record: { attributes: { n: 1 } } });
  });

  it('names what is wrong with them', async () => {
    const { status, answer } = await test({
      line: 'x',
      filters: [
        { name: 'a', drop: {} },
        { name: 'b', redact: { regex: '(' } },
      ],
    });
    expect(status).toBe(400);
    expect(answer['error']).toMatchObject({
      code: 'filter_invalid',
      problems: [
        { field: 'a.drop', message: expect.stringContaining('"where" is missing') },
        { field: 'b.redact.regex', message: expect.any(String) },
      ],
    });
    expect((await test({})).answer['error']).toMatchObject({ code: 'parameter_invalid' });
  });
});
