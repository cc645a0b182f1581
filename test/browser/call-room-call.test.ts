import { it } from 'vitest';
import { describeCalls } from './support/call-suite.js';
import { expectCall } from './support/calls.js';

describeCalls(
  'a call of browsers through the Socket.IO call rooms (7.1)',
  ({ stage, roomId }) => ({ signaling: 'call-room', url: stage.app.url, callRoomId: roomId }),
  (room) => {
    it('joins a page that polls with one on a WebSocket', async () => {
      const alice = await (await room.stage.page()).join({ ...room.optionsOf('alice'), transport: 'polling' });
      const bob = await (await room.stage.page()).join({ ...room.optionsOf('bob'), transport: 'websocket' });
      await expectCall([alice, bob]);
    });
  },
);
