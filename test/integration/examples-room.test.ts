import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStory, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each side prints, in its order; what the other prints is between the lines. */
const STORY = {
  alice: [
    '← auth_required',
    '→ auth_token',
    '← auth_success',
    '← users_in_room: nobody; I am number 1',
    '← user_joined: phone',
    '← offer from phone: {"type":"offer","sdp":"v=0…"}',
    '← ice_candidate from phone: {"candidate":"candidate:1 1 udp …","sdpMid":"0"}',
    '← ice_candidate from phone: null',
    '→ answer to phone: {"type":"answer","sdp":"v=0…"}',
    '→ data: {"text":"can you hear me?"}',
    '→ ice_candidate to phone: {"candidate":"candidate:2 1 udp …","sdpMid":"0"}',
    '← ack',
    '→ offer to tablet: {}',
    '← error target_not_found: tablet is not here',
    '← user_left: phone',
    '· the connection has ended with 1000',
  ],
  bob: [
    '← users_in_room: laptop; I am number 2',
    '← answer from laptop: {"type":"answer","sdp":"v=0…"}',
    '← data from laptop: {"text":"can you hear me?"}',
    '· the connection has ended with 1006',
    '← users_in_room: laptop; I am number 2',
    '← ice_candidate from laptop: {"candidate":"candidate:2 1 udp …","sdpMid":"0"}',
    '← users_in_room: laptop; I am number 2',
    '· the connection has ended with 4409',
    '· the connection has ended with 1000',
  ],
};

describe('examples/room.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole meeting from both sides, shows no token, and ends by itself', async () => {
    const transcript = await transcriptOf('room', app.url);
    expectStory(transcript, STORY);
    expect(transcript.join('\n').match(/← user_(joined|left)/g)).toHaveLength(2);
  });
});
