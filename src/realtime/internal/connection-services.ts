import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { ConnectionAuthenticator } from '../connection-authenticator.js';
import { ConnectionRegistry } from '../connection-registry.js';
import { OpenConnections } from './open-connections.js';

/** What whoever drives connections needs, on either transport. */
@Injectable()
export class ConnectionServices {
  constructor(
    readonly settings: Settings,
    readonly clock: Clock,
    readonly authenticator: ConnectionAuthenticator,
    readonly registry: ConnectionRegistry,
    readonly open: OpenConnections,
  ) {}
}
