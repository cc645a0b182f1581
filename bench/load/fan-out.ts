import { newContent, newNonce } from './content.js';
import type { Client } from './client.js';
import { Receivers } from './receivers.js';
import type { FanOutInput, FanOutResult } from './tasks.js';

/** Saturates: keeps `window` messages on their way until the time is over, and waits until all have come to all. */
export async function fanOut(clients: readonly Client[], input: FanOutInput): Promise<FanOutResult> {
  const { event, senders, seconds, window } = input;
  const receivers = new Receivers(clients, event);
  const began = performance.now();
  const until = began + seconds * 1000;
  let sent = 0;
  const send = (n: number) => {
    const client = clients[n % senders];
    if (event === 'message') client?.command('message', { content: newContent(n), nonce: newNonce() });
    else client?.command('typing', { is_typing: Math.floor(n / senders) % 2 === 0 });
  };
  await new Promise<void>((resolve) => {
    let planned = false;
    const fill = () => {
      planned = false;
      if (performance.now() >= until) resolve();
      else while (sent - receivers.deliveries / receivers.size < window) send(sent++);
    };
    // Once a turn, not at each frame: what came in one turn is answered in one.
    receivers.onDelivery = () => {
      if (!planned) setImmediate(fill);
      planned = true;
    };
    // Nothing comes any more: the count will tell.
    setTimeout(resolve, (seconds + 2) * 1000).unref();
    fill();
  });
  receivers.onDelivery = () => undefined;
  // Whoever types, stops: a notice that ended by itself later would be counted in the next round.
  if (event === 'typing') while (sent % (2 * senders) !== 0) send(sent++);
  await receivers.drain(sent);
  return receivers.outcome(sent, (performance.now() - began) / 1000);
}
