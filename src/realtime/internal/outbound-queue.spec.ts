import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../common/manual-clock.js';
import { frameOf } from '../wire.js';
import { OutboundQueue } from './outbound-queue.js';

/** Counts the writes that would be system calls; `peerReads()` is the peer reading the oldest of them. */
class FakeSocket extends Duplex {
  readonly calls: Buffer[] = [];
  private readonly pending: (() => void)[] = [];

  override _read(): void {
    // A peer that says nothing.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.calls.push(chunk);
    this.pending.push(done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.calls.push(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    this.pending.push(done);
  }

  async peerReads(): Promise<void> {
    this.pending.shift()?.();
    await turn();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const LIMIT = 1000;

function setUp() {
  const socket = new FakeSocket();
  const clock = new ManualClock();
  let overflows = 0;
  const owner = { isOpen: true, tooSlow: () => overflows++ };
  const queue = new OutboundQueue(socket, clock, LIMIT, owner);
  queue.accepts = 'all';
  const frames = (count: number, urgency: 'durable' | 'volatile' = 'durable') => {
    for (let i = 0; i < count; i++) queue.push(frameOf(['x'.repeat(98)]), urgency);
  };
  return { socket, clock, queue, owner, frames, overflows: () => overflows };
}

describe('outbound queue (architecture section 2)', () => {
  it('writes the frames of one turn at once', async () => {
    const { socket, frames } = setUp();
    frames(5);
    expect(socket.calls).toEqual([]);
    await turn();
    expect(socket.calls.map(({ length }) => length)).toEqual([500]);
  });

  it('keeps the order of frames over turns', async () => {
    const { socket, queue } = setUp();
    for (const text of ['a', 'b']) queue.push(frameOf([text]), 'durable');
    await turn();
    queue.push(frameOf(['c']), 'durable');
    await socket.peerReads();
    await socket.peerReads();
    expect(Buffer.concat(socket.calls).toString('latin1')).toBe('\x81\x01a\x81\x01b\x81\x01c');
  });

  it('drops volatile frames once a quarter of the limit waits, and no durable ones', async () => {
    const { socket, frames, queue, overflows } = setUp();
    frames(10, 'volatile');
    await turn();
    expect(queue.bufferedBytes).toBe(200);
    frames(5);
    frames(5, 'volatile');
    await socket.peerReads();
    expect(Buffer.concat(socket.calls).length).toBe(700);
    expect(overflows()).toBe(0);
  });

  it('takes nothing volatile before its connection is open, and nothing once it is closing', async () => {
    const { socket, frames, queue } = setUp();
    queue.accepts = 'durable';
    frames(1, 'volatile');
    frames(1);
    await turn();
    queue.accepts = 'nothing';
    frames(1);
    await turn();
    await socket.peerReads();
    expect(Buffer.concat(socket.calls).length).toBe(100);
  });

  it('writes nothing behind a close frame that the peer has not taken yet', async () => {
    const { socket, frames, owner } = setUp();
    socket.write('our answer to its close frame');
    owner.isOpen = false;
    frames(1);
    await turn();
    await socket.peerReads();
    await socket.peerReads();
    expect(Buffer.concat(socket.calls).toString()).toBe('our answer to its close frame');
  });

  it('overflows when more than the limit waits for the peer, and holds no more than that', () => {
    const { queue, frames, overflows } = setUp();
    frames(10);
    expect(overflows()).toBe(0);
    frames(3);
    expect(overflows()).toBe(3);
    expect(queue.bufferedBytes).toBe(1000);
  });

  it('does not cut one who has nearly taken everything for a run that is larger than the limit, but then', async () => {
    const { socket, queue, frames, overflows } = setUp();
    frames(2);
    await turn();
    queue.push(frameOf(['x'.repeat(3000)]), 'durable');
    expect(overflows()).toBe(0);
    frames(1);
    expect(overflows()).toBe(1);
    await socket.peerReads();
    await socket.peerReads();
    frames(1);
    expect(overflows()).toBe(1);
  });

  it('is behind also by what it has queued in this turn, until the peer has taken that', async () => {
    const { socket, queue, frames } = setUp();
    frames(2);
    expect(queue.isBehind).toBe(false);
    frames(1);
    expect(queue.isBehind).toBe(true);
    await queue.caughtUp();
    expect(queue.isBehind).toBe(false);
    await socket.peerReads();
    queue.push(frameOf(['x'.repeat(70_000)]), 'durable');
    let hasCaughtUp = false;
    void queue.caughtUp().then(() => (hasCaughtUp = true));
    await turn();
    expect([queue.isBehind, hasCaughtUp]).toEqual([true, false]);
    await socket.peerReads();
    expect([queue.isBehind, hasCaughtUp]).toEqual([false, true]);
  });

  it('says when the peer has taken what it was owed, or is gone', async () => {
    const { socket, queue, overflows } = setUp();
    const told: string[] = [];
    await queue.drained();
    queue.push(frameOf(['x'.repeat(70_000)]), 'durable');
    void queue.drained().then(() => told.push('one'));
    void queue.drained().then(() => told.push('two'));
    await turn();
    expect(told).toEqual([]);
    await socket.peerReads();
    expect(told).toEqual(['one', 'two']);
    queue.push(frameOf(['x'.repeat(70_000)]), 'durable');
    void queue.drained().then(() => told.push('three'));
    queue.clear();
    await turn();
    expect(told).toEqual(['one', 'two', 'three']);
    expect(overflows()).toBe(0);
  });

  it('tells for how long the oldest unread byte has waited', async () => {
    const { socket, clock, queue, frames } = setUp();
    frames(1);
    await turn();
    clock.advance(1000);
    frames(1);
    await turn();
    clock.advance(500);
    expect(queue.stalledFor(clock.now())).toBe(1500);
    await socket.peerReads();
    expect(queue.stalledFor(clock.now())).toBe(500);
    await socket.peerReads();
    expect(queue.stalledFor(clock.now())).toBe(0);
  });
});
