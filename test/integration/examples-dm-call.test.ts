import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectStory, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each device prints, in its order; what the others print is between the lines. */
const STORY = {
  alice: [
    '→ call_invite',
    '← outgoing_call from alice, {"audio":true,"video":true}',
    '← call_accepted',
    '→ webrtc_offer',
    '← webrtc_answer',
    '→ call_end',
    '← call_ended after 0 s',
    '← log entry 1: alice called, and they talked for 0 s',
    '← ack: entry 1 of the log',
    '← incoming_call from bob, {"audio":true}',
    '← call_cancelled',
    '← outgoing_call from alice, {"audio":true}',
    '← call_declined',
  ],
  'bob, laptop': [
    '← incoming_call from alice, {"audio":true,"video":true}',
    '← call_accepted',
    '← call_busy',
    '← call_ended after 0 s',
    '← outgoing_call from bob, {"audio":true}',
    '→ call_cancel',
    '← log entry 2: bob called: cancelled',
    '← ack: entry 2 of the log',
    '← log entry 3: alice called: declined',
  ],
  'bob, phone': [
    '← connected',
    '← incoming_call from alice, {"audio":true,"video":true}',
    '→ call_accept',
    '← webrtc_offer',
    '→ webrtc_answer',
    '→ call_decline',
    '← ack: entry 3 of the log',
  ],
  bob: [
    '· history 1: alice called, and they talked for 0 s',
    '· history 2: bob called: cancelled',
    '· history 3: alice called: declined',
  ],
};

describe('examples/dm-call.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole story from all three devices, and ends by itself', async () => {
    expectStory(await transcriptOf('dm-call', app.url), STORY);
  });
});
