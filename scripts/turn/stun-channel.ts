import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { IceUrl } from './ice-url.js';

/** Bytes of STUN messages to a server, and from it. */
export interface StunChannel {
  /** Datagrams may be lost: what gets no answer is sent again. */
  readonly reliable: boolean;
  send(message: Buffer): void;
  /** Calls with each message of the server's, and with the error that ends the channel. */
  listen(onMessage: (message: Buffer) => void, onError: (error: Error) => void): void;
  close(): void;
}

const HEADER_BYTES = 20;

/** @throws where it cannot be reached: no such name, nobody listens, a certificate that is not good */
export async function openChannel({ host, port, transport }: IceUrl, timeoutMs: number): Promise<StunChannel> {
  if (transport === 'udp') return openUdp(host, port);
  const socket =
    transport === 'tls'
      ? connectTls({ host, port, servername: isIP(host) === 0 ? host : '', timeout: timeoutMs })
      : connect({ host, port, timeout: timeoutMs });
  await connected(socket, transport === 'tls' ? 'secureConnect' : 'connect');
  return streamChannel(socket);
}

async function openUdp(host: string, port: number): Promise<StunChannel> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    // Connected, so that nobody else's datagrams are read, and a refusal of the host is heard.
    socket.connect(port, address, resolve);
  });
  socket.removeAllListeners('error');
  return {
    reliable: false,
    send: (message) => {
      socket.send(message);
    },
    listen: (onMessage, onError) => {
      socket.on('message', onMessage).on('error', onError);
    },
    close: () => {
      socket.close();
    },
  };
}

async function connected(socket: Socket, event: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve);
      socket.once('error', reject);
      socket.once('timeout', () => {
        reject(new Error('the connection was not accepted in time'));
      });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setTimeout(0).removeAllListeners('error');
}

function streamChannel(socket: Socket): StunChannel {
  return {
    reliable: true,
    send: (message) => {
      socket.write(message);
    },
    listen: (onMessage, onError) => {
      let held = Buffer.alloc(0);
      socket.on('data', (data) => {
        held = Buffer.concat([held, data]);
        // The length that the header tells is that of the rest.
        for (let size = sizeOf(held); held.length >= size; size = sizeOf(held)) {
          onMessage(held.subarray(0, size));
          held = held.subarray(size);
        }
      });
      socket.on('error', onError).on('end', () => {
        onError(new Error('the server has closed the connection'));
      });
    },
    close: () => {
      socket.destroy();
    },
  };
}

function sizeOf(held: Buffer): number {
  return held.length < HEADER_BYTES ? Infinity : HEADER_BYTES + held.readUInt16BE(2);
}
