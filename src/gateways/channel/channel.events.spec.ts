import { describe, expect, it } from 'vitest';
import type { ConversationId, UserId } from '../../common/ids.js';
import type { Transition } from '../../presence/roster.js';
import type { Frame } from '../../realtime/wire.js';
import { diffFrame, eachFrames } from './channel.events.js';

const CHANNEL = 'c' as ConversationId;
const transition = (text: string): Transition => {
  const [kind, userId] = text.split(' ') as ['joined' | 'left', UserId];
  return { kind, userId, username: `name of ${userId}` };
};
const HEADER = 2;
const eventOf = (frame: Frame | undefined) =>
  frame && (JSON.parse(frame.bytes.subarray(frame.bytes.indexOf('{')).toString()) as unknown);

describe('presence_diff (2)', () => {
  it.each([
    ['one who came', ['joined a'], ['a'], []],
    ['one who went', ['left a'], [], ['a']],
    ['several', ['joined a', 'left b', 'joined c'], ['a', 'c'], ['b']],
    ['came, went and came', ['joined a', 'left a', 'joined a'], ['a'], []],
    ['went, came and went', ['left a', 'joined a', 'left a'], [], ['a']],
    ['one who came, and another who came and went', ['joined a', 'joined b', 'left b'], ['a'], []],
  ])('%s', (_, steps, joined, left) => {
    expect(eventOf(diffFrame(CHANNEL, steps.map(transition)))).toEqual({
      type: 'presence_diff',
      channel_id: CHANNEL,
      joined: joined.map((user_id) => ({ user_id, username: `name of ${user_id}` })),
      left,
    });
  });

  it.each([[['joined a', 'left a']], [['left a', 'joined a']]])('nothing when nothing is left of %s', (steps) => {
    expect(diffFrame(CHANNEL, steps.map(transition))).toBeUndefined();
  });
});

describe('user_joined and user_left (2)', () => {
  it('are one write of a frame each', () => {
    const { bytes } = eachFrames(CHANNEL, ['joined a', 'left b'].map(transition)).from(0);
    const first = bytes[1] ?? 0;
    expect(JSON.parse(bytes.subarray(HEADER, HEADER + first).toString())).toMatchObject({ type: 'user_joined' });
    expect(JSON.parse(bytes.subarray(HEADER + first + HEADER).toString())).toEqual({
      type: 'user_left',
      user_id: 'b',
      username: 'name of b',
      channel_id: CHANNEL,
    });
  });
});
