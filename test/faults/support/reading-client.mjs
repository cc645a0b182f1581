// A client in a process of its own, so that a test can stop it: follows a channel from `since` and says what happens.
import { clearInterval, setInterval } from 'node:timers';
import { WebSocket } from 'ws';

export function read({ url, since = undefined, epoch = undefined, pingMs = 0 }) {
  const query = since === undefined ? '' : `&since=${since}&epoch=${epoch}`;
  const ws = new WebSocket(`${url}${query}`, { perMessageDeflate: false });
  let position = since;
  let known = epoch;
  ws.on('message', (data) => {
    const event = JSON.parse(data.toString());
    if (event.type === 'connected') {
      known = event.epoch;
      position ??= event.last_seq;
      say({ connected: position });
    } else if (event.type === 'message') {
      if (event.rev !== position + 1) say({ violation: `${event.rev} came after ${position}` });
      position = event.rev;
    } else if (event.type === 'resumed') {
      say({ resumed: position, complete: event.complete });
    }
  });
  // Something that TCP has to deliver, so that a dead connection is noticed from this end too.
  const pings = pingMs > 0 ? setInterval(() => ws.readyState === WebSocket.OPEN && ws.ping(), pingMs) : undefined;
  ws.on('error', () => undefined);
  ws.on('close', (code) => {
    clearInterval(pings);
    say({ closed: code, position });
    setTimeout(() => {
      read({ url, since: position, epoch: known, pingMs });
    }, 50);
  });
}

function say(fact) {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
