import { begins } from './dialects.js';
import { latencies } from '../harness/statistics.js';
import { newContent, newNonce } from './content.js';
import type { Client } from './client.js';
import { MessageNumber } from './message-number.js';
import { MessageOrder } from './message-order.js';
import type { DurableInput, DurableResult } from './tasks.js';

const DRAIN_MS = 5000;

/** Each of the senders sends, waits for its acknowledgement, and sends again; everyone counts what comes, in its order. */
export async function durable(clients: readonly Client[], { senders, seconds }: DurableInput): Promise<DurableResult> {
  const tally = { acknowledged: 0, refused: 0, deliveries: 0, expected: 0, disordered: 0 };
  const samples: number[] = [];
  const number = new MessageNumber();
  const inRoom = new Map<string, number>();
  for (const { member } of clients) inRoom.set(member.room, (inRoom.get(member.room) ?? 0) + 1);
  const began = performance.now();
  const until = began + seconds * 1000;
  const done = clients.map((client, index) => {
    const { dialect, socket, member } = client;
    const order = new MessageOrder(number);
    const [message, ack, error] = ['message', 'ack', 'error'].map((type) => dialect.opening(type));
    return new Promise<void>((resolve) => {
      let at = 0;
      const next = () => {
        at = performance.now();
        if (at >= until) resolve();
        else client.command('message', { content: newContent(tally.acknowledged), nonce: newNonce(), ref: 'r' });
      };
      socket.onFrame = (bytes, start, end) => {
        if (begins(bytes, start, end, message as Buffer)) {
          tally.deliveries++;
          if (!order.follows(bytes, start, end)) tally.disordered++;
        } else if (begins(bytes, start, end, ack as Buffer)) {
          samples.push(performance.now() - at);
          tally.acknowledged++;
          tally.expected += inRoom.get(member.room) ?? 0;
          next();
        } else if (begins(bytes, start, end, error as Buffer)) {
          tally.refused++;
          setTimeout(next, 10);
        }
      };
      if (index < senders) next();
      else resolve();
    });
  });
  await Promise.all(done);
  const took = (performance.now() - began) / 1000;
  const giveUp = performance.now() + DRAIN_MS;
  while (tally.deliveries < tally.expected && performance.now() < giveUp)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return { ...tally, seconds: took, latency: latencies(samples) };
}
