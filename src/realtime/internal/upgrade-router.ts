import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RouteTable, RouteMatch } from './gateway-route.js';

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

export interface UpgradeTargets {
  /** Whether the path belongs to another listener of the same event (Socket.IO), which has rules of its own. */
  isForeign(pathname: string): boolean;
  /** Lets a stock Nest `ws` gateway have the upgrade. True: it took it. */
  takeStock(upgrade: Upgrade, pathname: string): boolean;
  routes(): RouteTable;
  accept(upgrade: Upgrade, found: RouteMatch, query: URLSearchParams): void;
  /** An HTTP status when the upgrade must be refused before its path counts: draining, origin, too many. */
  refusal(request: IncomingMessage): number | undefined;
}

/** The only listener of HTTP upgrades. Default deny: what no gateway serves gets 404, written as a real HTTP answer. */
export class UpgradeRouter {
  constructor(private readonly targets: UpgradeTargets) {}

  handle(upgrade: Upgrade): void {
    const { request, socket } = upgrade;
    const [pathname, search] = splitOnce(request.url ?? '', '?');
    if (this.targets.isForeign(pathname)) return;
    // A raw socket error without a listener would end the process.
    socket.on('error', destroySocket);
    const status = this.targets.refusal(request);
    if (status !== undefined) {
      refuseUpgrade(socket, status);
      return;
    }
    if (this.targets.takeStock(upgrade, pathname)) return;
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
    socket.off('error', destroySocket);
    this.targets.accept(upgrade, found, new URLSearchParams(search));
  }
}

export function refuseUpgrade(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? 'Error';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.once('finish', () => socket.destroy());
}

function destroySocket(this: Duplex): void {
  this.destroy();
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
