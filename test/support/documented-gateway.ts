import { Module } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsString } from 'class-validator';
import { Conn } from '../../src/realtime/raw-gateway.js';
import { SocketConnection } from '../../src/realtime/socket-connection.js';
import { SocketGateway, SocketGatewayHooks } from '../../src/realtime/socket-gateway.js';
import { SocketEvent, WsDescribe, WsEmits, WsOperation } from '../../src/realtime/wire-docs.js';

class GreetCommand {
  @ApiProperty({ description: 'Who is greeted.', example: 'world' })
  @IsString()
  name!: string;
}

class GreetAck {
  @ApiProperty({ description: 'How many letters it has.', type: 'integer', example: 5 })
  letters!: number;
}

class Origin {
  @ApiProperty({ description: 'The socket.', example: 'x7Jq2' })
  socket_id!: string;
}

@SocketEvent('greeted', 'To who has greeted.', { envelope: true, second: Origin })
class GreetedEvent {
  @ApiProperty({ description: 'The greeting.', example: 'Hello, world!' })
  text!: string;
}

@SocketEvent('hinted', 'Before anything else.')
class HintedEvent {
  @ApiProperty({ description: 'What to do.', example: 'greet' })
  hint!: string;
}

/** A Socket.IO gateway as another team would write and document it. */
@SocketGateway({ namespaces: '/greetings' })
@WsDescribe({
  name: 'greetings',
  summary: 'Greets.',
  opening: [{ event: HintedEvent, when: 'always' }],
  errors: { too_shy: 'Nobody wants to be greeted.' },
})
@WsEmits(GreetedEvent, HintedEvent)
class GreetingsGateway implements SocketGatewayHooks {
  parse(): undefined {
    return undefined;
  }

  admit(connection: SocketConnection): void {
    connection.emit('hinted', { hint: 'greet' });
  }

  departed(): void {
    // Nothing is kept.
  }

  @SubscribeMessage('greet:now')
  @WsOperation({ summary: 'Greets.', reply: GreetedEvent, ack: GreetAck })
  greet(@Conn() connection: SocketConnection, @MessageBody() { name }: GreetCommand): GreetAck {
    const text = `Hello, ${name}!`;
    const from = { socket_id: connection.id };
    connection.emit('greeted', { success: true, message: 'Success', data: { text } }, from);
    return { letters: name.length };
  }

  @SubscribeMessage('forget')
  @WsOperation({ summary: 'Does nothing.' })
  forget(): void {
    // As it says.
  }

  @SubscribeMessage('misbehave')
  @WsOperation({ summary: 'Says what is in no document.' })
  misbehave(@Conn() connection: SocketConnection): void {
    connection.emit('undocumented', {});
  }
}

@Module({ providers: [GreetingsGateway] })
export class GreetingsModule {}
