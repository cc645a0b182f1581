import { latencies } from '../harness/statistics.js';
import { age, newNonce, stampedContent } from './content.js';
import type { Client } from './client.js';
import { Receivers } from './receivers.js';
import type { OfferedInput, OfferedResult } from './tasks.js';

/** Sends at a steady rate, whatever the server does, and measures how long each delivery took. */
export async function offered(clients: readonly Client[], input: OfferedInput): Promise<OfferedResult> {
  const receivers = new Receivers(clients, 'message');
  const samples: number[] = [];
  for (const { socket } of clients) {
    const count = socket.onFrame;
    socket.onFrame = (bytes, start, end) => {
      const before = receivers.deliveries;
      count(bytes, start, end);
      if (receivers.deliveries > before) samples.push(age(bytes, start, end));
    };
  }
  const messagesPerSecond = input.deliveriesPerSecond / clients.length;
  const total = Math.round(messagesPerSecond * input.seconds);
  const began = performance.now();
  for (let sent = 0; sent < total; sent++) {
    const wait = began + (sent * 1000) / messagesPerSecond - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    clients[sent % input.senders]?.command('message', { content: stampedContent(), nonce: newNonce() });
  }
  await receivers.drain(total);
  const outcome = receivers.outcome(total, (performance.now() - began) / 1000);
  return { ...outcome, latency: latencies(samples) };
}
