import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStory, saidBy, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each prints, in its order; what the other prints is between the lines. */
const STORY = {
  alice: [
    '← connected, last_seq 0',
    '← user_joined bob',
    '← typing bob: true',
    '← message 1 bob: Hello Alice, are you there?',
    '→ message: I am, @bob!',
    '← message 2 alice: I am, @bob!',
    '← ack: stored as 2',
    '← ack: stored as 2, a duplicate',
    '← user_left bob',
    '← ack: stored as 4',
    '← user_joined bob',
    '← message 5 bob: At ten, then.',
    '← dm_user_online bob',
    '← dm_message 2 bob: Chocolate.',
    '← dm_user_offline bob',
    '← user_left bob',
  ],
  bob: [
    '← auth_required',
    '← auth_success as bob',
    '← online_users: 2',
    '→ message: Hello Alice, are you there?',
    '← message 1 bob: Hello Alice, are you there?',
    '← ack: stored as 1',
    '← message 2 alice: I am, @bob!',
    '→ close',
    '← connected, last_seq 4',
    '← message 3 alice: Something for later:',
    '← message 4 alice: the meeting is at ten.',
    '← resumed from 2 to 4, complete: true',
    '← ack: stored as 5',
    '· history 1 bob: Hello Alice, are you there?',
    '· history 5 bob: At ten, then.',
    '← dm_user_online alice',
    '← dm_message 1 alice: Between us: bring cake.',
    '→ close',
  ],
};

describe('examples/channel-chat.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole talk from both sides, and ends by itself', async () => {
    const transcript = (await transcriptOf('channel-chat', app.url)).map(withoutRef);
    expectStory(transcript, STORY);
    // What the repeated nonce gave Alice again never reached Bob twice, and what he missed came once.
    for (const received of ['← message 2 alice: I am, @bob!', '← message 3 alice: Something for later:'])
      expect(saidBy(transcript, 'bob').filter((line) => line === received)).toHaveLength(1);
  });
});

/** Without what differs from run to run. */
function withoutRef(line: string): string {
  return line.replace(/ {2}\(ref [0-9a-f]{8}\)/, '');
}
