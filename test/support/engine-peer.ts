import { WebSocket } from 'ws';
import { eventually } from './eventually.js';

/** Speaks Engine.IO by hand, over WebSocket or polling: for packets that no library would send. */
export interface EnginePeer {
  /** Everything that came, as packets. */
  readonly packets: string[];
  send(packet: string | Buffer): Promise<void>;
  /** Whether the server has ended it. */
  ended(): boolean;
  close(): Promise<void>;
}

export async function webSocketPeer(port: number): Promise<EnginePeer> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  const packets: string[] = [];
  ws.on('message', (data: Buffer) => packets.push(data.toString()));
  ws.on('error', () => undefined);
  await eventually(() => packets.length > 0);
  return {
    packets,
    send: (packet) => {
      ws.send(packet);
      return Promise.resolve();
    },
    ended: () => ws.readyState !== ws.OPEN,
    close: () => {
      ws.terminate();
      return Promise.resolve();
    },
  };
}

export async function pollingPeer(port: number): Promise<EnginePeer> {
  const base = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1)) as { sid: string };
  const url = `${base}&sid=${sid}`;
  const packets: string[] = [];
  const stop = new AbortController();
  let ended = false;
  const poll = async () => {
    while (!ended) {
      const answer = await fetch(url, { signal: stop.signal }).catch(() => undefined);
      if (answer?.ok) packets.push(...(await answer.text()).split('\x1e'));
      if (!answer?.ok || packets.at(-1) === '1') ended = true;
    }
  };
  const polling = poll();
  return {
    packets,
    send: async (packet) => {
      const headers = { 'content-type': typeof packet === 'string' ? 'text/plain' : 'application/octet-stream' };
      await fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(packet)), headers }).catch(() => undefined);
    },
    ended: () => ended,
    close: async () => {
      ended = true;
      stop.abort();
      await polling;
    },
  };
}
