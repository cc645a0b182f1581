import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

/** A stock Socket.IO gateway, as another team would write one. */
@WebSocketGateway({ transport: 'socket.io' } as object)
export class SocketIoEchoGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown): unknown {
    return { event: 'echoed', data };
  }
}

/** A stock `ws` gateway: a plain path, and Nest's own messages. */
@WebSocketGateway({ path: '/stock' })
export class StockEchoGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown): unknown {
    return { event: 'echoed', data };
  }
}
