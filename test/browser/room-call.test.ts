import { expect, it } from 'vitest';
import { describeCalls } from './support/call-suite.js';
import { expectCall } from './support/calls.js';

describeCalls(
  'a call of browsers through the room gateway (5)',
  ({ stage, roomId, name }) => ({ signaling: 'room', url: stage.app.wsUrl, roomId, clientId: name }),
  (room) => {
    it('moves to another tab that comes as the same client, and nobody is told of a join or a leave', async () => {
      const [alice, bob] = [await room.join('alice'), await room.join('bob')];
      await expectCall([alice, bob]);
      const tab = await room.join('alice');
      expect(tab).toMatchObject({ id: alice.id, order: alice.order });
      await alice.until('wasClosedWith', 4409);
      await expectCall([tab, bob]);
      expect(await bob.ask('told')).toEqual([]);
    });
  },
);
