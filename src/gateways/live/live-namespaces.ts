import { Injectable } from '@nestjs/common';
import { SocketIoServer } from '../../realtime/socket-io-server.js';
import { LiveGateway } from './live.gateway.js';

/** For modules that bring live topics of their own, apart from those of REST and of `LIVE_NAMESPACES`. */
@Injectable()
export class LiveNamespaces {
  constructor(
    private readonly server: SocketIoServer,
    private readonly gateway: LiveGateway,
  ) {}

  /** Serves a namespace such as `/my-board`; its topics are set by `LiveTopics.publish(topic, data, { namespace })`. */
  add(namespace: string): void {
    this.server.serve(namespace, this.gateway);
  }
}
