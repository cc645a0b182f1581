import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saidBy, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each prints, in its order; what the others print is between the lines. */
const STORY = {
  station: [
    '→ {"celsius":17.5} is version 1',
    '→ {"celsius":18} is version 2',
    '→ {"celsius":18.5} is version 3',
    '← 409, conflict: The topic is at version 3.',
    '→ the value is taken away',
  ],
  dashboard: [
    '← current_data null, version 0',
    '← data_updated {"celsius":17.5}, version 1',
    '← data_updated {"celsius":18}, version 2',
    '← data_updated {"celsius":18.5}, version 3',
    '← data_updated null, version 4',
  ],
  latecomer: ['← current_data {"celsius":18}, version 2', '← data_updated {"celsius":18.5}, version 3'],
};

describe('examples/live.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole story, and ends by itself', async () => {
    const transcript = await transcriptOf('live', app.url);
    for (const [who, story] of Object.entries(STORY)) expect(saidBy(transcript, who)).toEqual(story);
  });
});
