import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectStory, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each prints, in its order; what the others print is between the lines. */
const STORY = {
  alice: [
    '← peers: nobody; the host is alice-laptop',
    '← peer-joined Bob (on the train), order 2',
    '← offer bob-phone',
    '← candidate bob-phone',
    '← raise-hand bob-phone',
    '← offer carol-tablet',
  ],
  bob: [
    '← peers: alice-laptop; the host is alice-laptop',
    '← answer alice-laptop',
    '← chat alice-laptop: Bob, go ahead.',
    '← lower-hand alice-laptop bob-phone',
    '← screen-share-started alice-laptop',
    '← chat-disabled alice-laptop',
    '← error forbidden: The host has disabled the chat.',
    '← media-state carol-tablet',
    '← peer-left alice-laptop',
    '← host-changed bob-phone',
    '← peer-left carol-tablet',
    '· is there with 0 others; locked by its owner: false',
  ],
  carol: [
    '← peers: alice-laptop, bob-phone; the host is alice-laptop',
    '← chat-history: alice-laptop: Bob, go ahead.',
    '← mute-requested alice-laptop',
    '· the connection was closed with 4403',
  ],
};

describe('examples/meeting.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole meeting from all sides, and ends by itself', async () => {
    expectStory(await transcriptOf('meeting', app.url), STORY);
  });
});
