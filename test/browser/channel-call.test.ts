import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { channelScene } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { expectCall, expectGlareToSettle } from './support/calls.js';
import { CHROMIUM_TIMEOUT_MS } from './support/chromium.js';
import { Stage } from './support/stage.js';

const TIMEOUT_MS = 180_000;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, CHROMIUM_TIMEOUT_MS);
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

async function join(actor: Actor, channelId: string) {
  const page = await stage.page();
  return page.join({ signaling: 'channel', url: stage.app.wsUrl, token: actor.token, channelId });
}

describe('a call of two browsers in a VIDEO channel (2)', () => {
  it(
    'has audio, video and a data channel both ways, and glare settles',
    async () => {
      const { members, channelId } = await channelScene(stage.app, { members: ['alice', 'bob'], type: 'VIDEO' });
      const alice = await join(members.alice, channelId);
      const bob = await join(members.bob, channelId);
      expect(bob.order).toBeGreaterThan(alice.order);
      await expectCall([alice, bob]);
      await expectGlareToSettle(alice, bob);
    },
    TIMEOUT_MS,
  );
});
