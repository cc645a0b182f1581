import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RouteTable, RouteMatch } from './gateway-route.js';

/** How long a refused client has to close its end. */
const REFUSAL_DEADLINE_MS = 2000;

/** In a storm thousands arrive in one turn of the event loop, and everything else would wait for all of them. */
const PER_TURN = 32;

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

export interface UpgradeTargets {
  /** Lets another server on the port, with a path of its own, have the upgrade. True: it took it. */
  takeNeighbour(upgrade: Upgrade, pathname: string): boolean;
  routes(): RouteTable;
  accept(upgrade: Upgrade, found: RouteMatch, query: URLSearchParams): void;
  /** An HTTP status when the upgrade must be refused before its path counts: draining, origin, too many. */
  refusal(request: IncomingMessage): number | undefined;
}

/**
 * The only listener of HTTP upgrades, which takes some in each turn of the event loop. Default deny: what no gateway serves
 * gets 404, written as a real HTTP answer.
 */
export class UpgradeRouter {
  private readonly waiting: Upgrade[] = [];

  constructor(private readonly targets: UpgradeTargets) {}

  handle(upgrade: Upgrade): void {
    // A raw socket error without a listener would end the process.
    upgrade.socket.on('error', destroySocket);
    if (this.waiting.push(upgrade) === 1) this.routeLater();
  }

  private routeLater(): void {
    setImmediate(() => {
      for (const upgrade of this.waiting.splice(0, PER_TURN)) this.route(upgrade);
      if (this.waiting.length > 0) this.routeLater();
    });
  }

  private route(upgrade: Upgrade): void {
    const { request, socket } = upgrade;
    const [pathname, search] = splitOnce(request.url ?? '', '?');
    const status = this.targets.refusal(request);
    if (status !== undefined) {
      refuseUpgrade(socket, status);
      return;
    }
    if (this.targets.takeNeighbour(upgrade, pathname)) return;
    let found: RouteMatch | undefined;
    try {
      found = this.targets.routes().find(pathname);
    } catch {
      refuseUpgrade(socket, 400);
      return;
    }
    if (found === undefined) {
      refuseUpgrade(socket, 404);
      return;
    }
    this.targets.accept(upgrade, found, new URLSearchParams(search));
  }
}

/** Answers in HTTP and ends the socket; what it still sends is read, since unread input would turn the end into a reset. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? 'Error';
  const cut = setTimeout(() => socket.destroy(), REFUSAL_DEADLINE_MS).unref();
  socket.once('close', () => {
    clearTimeout(cut);
  });
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.resume();
}

function destroySocket(this: Duplex): void {
  this.destroy();
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
