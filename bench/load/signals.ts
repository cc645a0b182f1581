import { latencies } from '../harness/statistics.js';
import type { Client } from './client.js';
import { age, numberedContent, numberOf } from './content.js';
import { offerOf } from './relay.js';
import type { SignalsInput, SignalsResult } from './tasks.js';

const QUIET_MS = 5000;

/**
 * Offers at a steady rate in all rooms at once, room by room, each from a member to the next one of its room: whatever
 * comes to a client comes from one sender, so that its numbers must be dense.
 */
export async function signals(clients: readonly Client[], input: SignalsInput): Promise<SignalsResult> {
  const { roomSize, perSecond, seconds, bytes } = input;
  const rooms = Math.floor(clients.length / roomSize);
  const samples: number[] = [];
  const next = new Uint32Array(clients.length);
  let disordered = 0;
  clients.forEach((client, index) => {
    client.onOffer((frame, start, end) => {
      samples.push(age(frame, start, end));
      const number = numberOf(frame, start, end);
      if (number !== next[index]) disordered++;
      next[index] = number + 1;
    });
  });
  const total = Math.round(perSecond * seconds);
  const began = performance.now();
  for (let sent = 0; sent < total; sent++) {
    const wait = began + (sent * 1000) / perSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const round = Math.floor(sent / rooms);
    const first = (sent % rooms) * roomSize;
    const [sender, target] = [clients[first + (round % roomSize)], clients[first + ((round + 1) % roomSize)]];
    if (sender && target) sender.offer(target, offerOf(numberedContent(Math.floor(round / roomSize)), bytes));
  }
  await drain(() => samples.length, total);
  return { sent: total, received: samples.length, disordered, latency: latencies(samples) };
}

/** Waits until all is here, or nothing has come for five seconds. */
async function drain(count: () => number, total: number): Promise<void> {
  let last = -1;
  let since = performance.now();
  while (count() < total) {
    if (count() !== last) since = performance.now();
    else if (performance.now() - since > QUIET_MS) return;
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
