import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FrameChain } from './frame-chain.js';

const frame = (text: string) => Buffer.from(text);
const [A, B, C] = [frame('a'), frame('b'), frame('c')];

/** What a socket is given: one entry for each chunk. */
function chunksOf(chain: FrameChain): Buffer[] {
  const socket = new PassThrough();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  chain.writeTo(socket);
  return chunks;
}

describe('the frames of one turn', () => {
  it('are joined in their order, and once for all who are owed the same', () => {
    const start = new FrameChain();
    const [one, two] = [start.followedBy(A), start.followedBy(A)];
    const chunks = [...chunksOf(one.followedBy(B)), ...chunksOf(two.followedBy(B))];
    expect(chunks.map(String)).toEqual(['ab', 'ab']);
    expect(one.followedBy(B)).toBe(two.followedBy(B));
  });

  it('differ for those who are owed something else', () => {
    const start = new FrameChain();
    const [one, two] = [start.followedBy(A).followedBy(B), start.followedBy(C).followedBy(B)];
    expect([...chunksOf(one), ...chunksOf(two)].map(String)).toEqual(['ab', 'cb']);
    expect([start.length, one.length]).toEqual([0, 2]);
  });

  it('are the frame itself when there is one', () => {
    expect(chunksOf(new FrameChain().followedBy(A))[0]).toBe(A);
  });

  it('are not copied when they are large and for one alone', () => {
    const large = Buffer.alloc(20_000);
    expect(chunksOf(new FrameChain().followedBy(A).followedBy(large))).toEqual([A, large]);
    const start = new FrameChain();
    start.followedBy(A).followedBy(large);
    expect(chunksOf(start.followedBy(A).followedBy(large)).map(({ length }) => length)).toEqual([20_001]);
  });
});
