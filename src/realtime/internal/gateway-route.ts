import { match } from 'path-to-regexp';
import { RawGatewayHooks } from '../raw-gateway.js';
import { CommandHandler } from './command-dispatcher.js';

/** A raw gateway at its path. */
export interface GatewayRoute {
  path: string;
  announceAuth: boolean;
  /** Whether guests may come, here and now. */
  guests: boolean;
  hooks: RawGatewayHooks;
  commands: ReadonlyMap<string, CommandHandler>;
}

export interface RouteMatch {
  route: GatewayRoute;
  params: Record<string, string>;
}

const literalSegments = (path: string) =>
  path.split('/').filter((segment) => segment && !segment.startsWith(':')).length;

/** Finds the gateway of a path, most specific first: `/ws/user` before `/ws/:room_id`. Default: none. */
export class RouteTable {
  private readonly routes: { route: GatewayRoute; match: ReturnType<typeof match<Record<string, string>>> }[];

  constructor(routes: readonly GatewayRoute[]) {
    this.routes = [...routes]
      .sort((a, b) => literalSegments(b.path) - literalSegments(a.path))
      .map((route) => ({ route, match: match<Record<string, string>>(route.path, { sensitive: true }) }));
  }

  /** @throws URIError on a malformed percent-escape */
  find(pathname: string): RouteMatch | undefined {
    for (const { route, match } of this.routes) {
      const found = match(pathname);
      if (found) return { route, params: { ...found.params } };
    }
    return undefined;
  }
}
