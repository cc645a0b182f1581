// A chat server as Nest's documentation has it: the stock WsAdapter, a gateway, a ValidationPipe. Nothing is stored.
import 'reflect-metadata';
import type { IncomingMessage, Server } from 'node:http';
import { Module, UsePipes, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import { IsBoolean, IsObject, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import type { WebSocket } from 'ws';
import { sayListening } from './listen.js';
import { connectedFields, messageFields, offerFields, speakerOf, typingFields } from './payload.js';
import type { Speaker } from './payload.js';

const HEARTBEAT_MS = Number(process.env['WS_HEARTBEAT_INTERVAL_MS'] ?? 25_000);

class SendDto {
  @IsString()
  @Length(1, 4000)
  content!: string;

  @IsOptional()
  @IsString()
  @Length(1, 64)
  nonce?: string;
}

class TypingDto {
  @IsBoolean()
  is_typing!: boolean;
}

class OfferDto {
  @IsUUID()
  target_user_id!: string;

  @IsObject()
  data!: object;
}

@WebSocketGateway({ perMessageDeflate: false })
@UsePipes(new ValidationPipe())
class ChatGateway implements OnGatewayConnection, OnGatewayDisconnect {
  private readonly rooms = new Map<string, Set<WebSocket>>();
  private readonly users = new Map<string, WebSocket>();
  private readonly speakers = new Map<WebSocket, Speaker>();
  private readonly alive = new WeakSet<WebSocket>();

  constructor() {
    setInterval(() => {
      this.beat();
    }, HEARTBEAT_MS);
  }

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    const speaker = speakerOf(request.url);
    const room = this.rooms.get(speaker.room) ?? new Set();
    this.rooms.set(speaker.room, room);
    this.broadcast(speaker.room, 'user_joined', { user_id: speaker.userId, username: speaker.username });
    room.add(client);
    this.users.set(speaker.userId, client);
    this.speakers.set(client, speaker);
    this.alive.add(client);
    client.on('pong', () => this.alive.add(client));
    client.send(JSON.stringify({ event: 'connected', data: connectedFields(speaker) }));
  }

  handleDisconnect(client: WebSocket): void {
    const speaker = this.speakerOf(client);
    this.rooms.get(speaker.room)?.delete(client);
    this.speakers.delete(client);
    if (this.users.get(speaker.userId) === client) this.users.delete(speaker.userId);
    this.broadcast(speaker.room, 'user_left', { user_id: speaker.userId, username: speaker.username });
  }

  @SubscribeMessage('message')
  message(@ConnectedSocket() client: WebSocket, @MessageBody() command: SendDto): void {
    const speaker = this.speakerOf(client);
    this.broadcast(speaker.room, 'message', messageFields(speaker, command));
  }

  @SubscribeMessage('typing')
  typing(@ConnectedSocket() client: WebSocket, @MessageBody() { is_typing }: TypingDto): void {
    const speaker = this.speakerOf(client);
    this.broadcast(speaker.room, 'typing', typingFields(speaker, is_typing));
  }

  @SubscribeMessage('webrtc_offer')
  offer(@ConnectedSocket() client: WebSocket, @MessageBody() { target_user_id, data }: OfferDto): void {
    const offer = { event: 'webrtc_offer', data: { ...offerFields(this.speakerOf(client)), data } };
    this.users.get(target_user_id)?.send(JSON.stringify(offer));
  }

  private broadcast(room: string, event: string, data: object): void {
    const text = JSON.stringify({ event, data });
    for (const client of this.rooms.get(room) ?? []) client.send(text);
  }

  private speakerOf(client: WebSocket): Speaker {
    const speaker = this.speakers.get(client);
    if (!speaker) throw new Error('not connected');
    return speaker;
  }

  private beat(): void {
    for (const client of this.speakers.keys()) {
      if (!this.alive.delete(client)) client.terminate();
      else client.ping();
    }
  }
}

@Module({ providers: [ChatGateway] })
class ChatModule {}

const app = await NestFactory.create(ChatModule, { logger: ['error', 'warn'] });
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(0, '127.0.0.1');
sayListening(app.getHttpServer() as Server);
