import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { register } from '../../support/scene.js';
import type { Actor } from '../../support/scene.js';
import { expectCall, expectGlareToSettle } from './calls.js';
import type { CallOptions, CallPage } from './call-page.js';
import { CHROMIUM_TIMEOUT_MS } from './chromium.js';
import { Stage } from './stage.js';

/** On a loaded machine; a call takes two seconds. */
const TIMEOUT_MS = 240_000;

type Name = 'alice' | 'bob' | 'carol';

export interface CallRoom {
  stage: Stage;
  /** One of three users, in a room that no other test has. */
  optionsOf(name: Name): CallOptions;
  /** A new page, which has joined. */
  join(name: Name): Promise<CallPage>;
}

/** How a user of these gateways signals; a client comes back as `name`. */
export type Dialect = (room: { stage: Stage; roomId: string; name: Name }) => Omit<CallOptions, 'token'>;

/** What any gateway for rooms must let browsers do, and `more` that this one does. */
export function describeCalls(title: string, dialect: Dialect, more: (room: CallRoom) => void): void {
  describe(title, { timeout: TIMEOUT_MS }, () => {
    const actors = {} as Record<Name, Actor>;
    let roomId: string;
    const room = { optionsOf, join } as CallRoom;

    function optionsOf(name: Name): CallOptions {
      return { ...dialect({ stage: room.stage, roomId, name }), token: actors[name].token } as CallOptions;
    }
    async function join(name: Name): Promise<CallPage> {
      return (await room.stage.page()).join(optionsOf(name));
    }

    beforeAll(async () => {
      room.stage = await Stage.open();
      for (const name of ['alice', 'bob', 'carol'] as const) actors[name] = await register(room.stage.app, name);
    }, CHROMIUM_TIMEOUT_MS);
    afterAll(() => room.stage.close());
    beforeEach(() => {
      roomId = `room-${randomUUID()}`;
    });
    afterEach(async () => {
      expect(await room.stage.clear()).toEqual([]);
    });

    it('has audio, video and a data channel both ways', async () => {
      const [alice, bob] = [await join('alice'), await join('bob')];
      expect(bob.order).toBeGreaterThan(alice.order);
      await expectCall([alice, bob]);
    });

    it('settles when both offer at once: the later comer is the polite one', async () => {
      const [alice, bob] = [await join('alice'), await join('bob')];
      await expectCall([alice, bob]);
      await expectGlareToSettle(alice, bob);
    });

    it('takes in a third page while the two talk, which then has media from both', async () => {
      const [alice, bob] = [await join('alice'), await join('bob')];
      await expectCall([alice, bob]);
      const carol = await join('carol');
      await expectCall([alice, bob, carol]);
      await carol.ask('leave');
      await alice.until('isWith', [bob.id]);
      await expectCall([alice, bob]);
    });

    it.each([['earlier'], ['later']])('goes on when the %s page is loaded anew', async (which) => {
      const pages = [await join('alice'), await join('bob')] as const;
      await expectCall(pages);
      const [page, name] = which === 'earlier' ? ([pages[0], 'alice'] as const) : ([pages[1], 'bob'] as const);
      await page.reload(optionsOf(name));
      const other = pages.find((one) => one !== page)!;
      await other.until('isWith', [page.id]);
      await expectCall(pages);
    });

    more(room);
  });
}
