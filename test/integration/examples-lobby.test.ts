import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectStory, transcriptOf } from '../support/example.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What each player prints, in its order; what the other prints is between the lines. */
const STORY = {
  alice: [
    '← connected',
    '→ find_match',
    '← match_found, 1 of 2',
    '← player_joined',
    '← game_start, active',
    '→ game_move {"cell":5}',
    '← player_disconnected',
    '← player_reconnected',
    '← game_move 2: {"cell":1}',
    '← chat_joined, 0 before',
    '← new_message: Good game!',
    '→ finish_game',
    '← game_finished, won',
    '→ leave_room',
  ],
  bob: [
    '← connected',
    '→ find_match',
    '← match_found, 2 of 2',
    '← game_start, active',
    '← game_move 1: {"cell":5}',
    '← connected',
    '→ join_room',
    '→ game_move {"cell":1}',
    '→ send_message: Good game!',
    '← game_finished, won',
    '← player_left',
  ],
};

describe('examples/lobby.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole game from both sides, and ends by itself', async () => {
    expectStory(await transcriptOf('lobby', app.url), STORY);
  });
});
