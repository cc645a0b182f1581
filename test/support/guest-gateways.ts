import { Controller, Get, Module } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsOptional, IsString } from 'class-validator';
import type { Caller } from '../../src/infra/http/current-user.decorator.js';
import { CurrentUser } from '../../src/infra/http/current-user.decorator.js';
import { GuestsToo } from '../../src/infra/http/public.decorator.js';
import type { Connection } from '../../src/realtime/connection.js';
import { Conn, RawGateway, RawGatewayHooks } from '../../src/realtime/raw-gateway.js';
import type { WireEvent } from '../../src/realtime/wire.js';
import { EchoGateway } from './echo-gateway.js';

/** Greets with who the connection belongs to. */
abstract class WhoGateway implements RawGatewayHooks {
  parse(): undefined {
    return undefined;
  }

  admit(connection: Connection): Promise<void> {
    const { userId, username, guest = false } = connection.user;
    connection.send({ type: 'connected', user_id: userId, username, guest });
    return Promise.resolve();
  }

  departed(): void {
    // Nothing is kept.
  }
}

/** Open to guests, with no `join` of its own. */
@RawGateway('/ws/open/:id', { guests: true, announceAuth: true })
export class OpenGateway extends WhoGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() fields: object): WireEvent {
    return { type: 'echoed', fields: Object.keys(fields) };
  }
}

class JoinCommand {
  @IsOptional()
  @IsString()
  display_name?: string;
}

/** Open to guests, whose `join` is a command of its own. */
@RawGateway('/ws/open-stage/:id', { guests: true })
class StageGateway extends WhoGateway {
  @SubscribeMessage('join')
  join(@Conn() { user }: Connection, @MessageBody() { display_name }: JoinCommand): WireEvent {
    return { type: 'joined', username: user.username, display_name };
  }
}

@Controller('open')
class OpenController {
  @Get('who')
  @GuestsToo()
  who(@CurrentUser() { username, guest = false }: Caller): object {
    return { username, guest };
  }

  @Get('users')
  users(): object {
    return {};
  }
}

/** A module beside ours: gateways and routes that guests may open, and some that they may not. */
@Module({ controllers: [OpenController], providers: [OpenGateway, StageGateway, EchoGateway] })
export class GuestsModule {}
