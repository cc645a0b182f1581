import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectStory, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each prints, in its order; what the others print is between the lines. */
const STORY = {
  alice: [
    '→ webrtc:join-room',
    '← webrtc:room-joined: 1 there, a video call',
    '← webrtc:participant-joined: bob, 2 there',
    '← webrtc:offer',
    '← webrtc:ice-candidate',
    '→ webrtc:answer',
    '← webrtc:participant-joined: carol, 3 there',
    '← webrtc:ice-candidate: no more',
    '← webrtc:participant-left: carol, 2 there',
    '← webrtc:participant-left: bob, 1 there',
  ],
  bob: ['← webrtc:room-joined: 2 there, a video call', '→ webrtc:offer', '← webrtc:answer', '→ disconnect'],
  carol: ['← webrtc:room-joined: 3 there, a video call', '→ webrtc:leave-room', '← webrtc:room-left'],
};

describe('examples/call.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole story from all three sides, and ends by itself', async () => {
    expectStory(await transcriptOf('call', app.url), STORY);
  });
});
