import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { Json } from '../../cluster/cluster.js';
import { Settings } from '../../config/settings.js';
import { LobbyRoomDto, toLobbyRoomDto } from '../../lobby/dto/lobby-room.dto.js';
import { Lobbies } from '../../lobby/lobbies.js';
import { NAMESPACE_CHAT } from '../../lobby/lobby-chat.js';
import { LobbyStatsDto } from '../../lobby/dto/lobby-stats.dto.js';
import { Conn } from '../../realtime/raw-gateway.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { RawJson } from '../../realtime/raw-json.js';
import { failureAck } from '../../realtime/socket-failure.js';
import { SocketGateway } from '../../realtime/socket-gateway.js';
import type { SocketFailure, SocketGatewayHooks, SocketHandshake } from '../../realtime/socket-gateway.js';
import { SocketIoServer } from '../../realtime/socket-io-server.js';
import { eventText } from '../../realtime/socket-wire.js';
import { WsOperation } from '../../realtime/wire-docs.js';
import { LobbyAdmission } from './lobby.admission.js';
import { MoveMadeAck, RoomLeftAck } from './lobby.acks.js';
import * as commands from './lobby.commands.js';
import { LobbyContext } from './lobby.context.js';
import type { LobbyConnection } from './lobby.context.js';
import { ChatJoinedEvent, NewMessageEvent } from './lobby.event-shapes.js';
import { chatFields, envelope } from './lobby.events.js';
import { LobbyReference } from './lobby.reference.js';

interface SignalTarget {
  room_id: string;
  target_id?: string | null | undefined;
}

/** Matchmaking, game rooms, P2P set-up and chat (protocol section 7.2). */
@SocketGateway({ namespaces: ({ LOBBY_NAMESPACES }) => LOBBY_NAMESPACES, guests: true })
@LobbyReference()
export class LobbyGateway implements SocketGatewayHooks<LobbyContext> {
  constructor(
    private readonly admission: LobbyAdmission,
    lobbies: Lobbies,
    server: SocketIoServer,
    settings: Settings,
  ) {
    lobbies.serveBy((namespace) => {
      if (!settings.LOBBY_NAMESPACES.includes(namespace)) server.serve(namespace, this);
    });
  }

  parse(handshake: SocketHandshake): LobbyContext {
    return new LobbyContext(handshake.namespace);
  }

  admit(connection: LobbyConnection): Promise<void> {
    return this.admission.admit(connection);
  }

  async departed({ context }: LobbyConnection, departure: Departure): Promise<void> {
    await context.session?.close(departure.how === 'broken' ? departure.extraGraceMs : 0);
  }

  failed(connection: LobbyConnection, failure: SocketFailure): undefined {
    connection.emit('error', failureAck(failure));
  }

  @SubscribeMessage('join_lobby')
  @WsOperation({
    summary: 'Answers with the lobby’s numbers, and tells their changes from then on.',
    ack: LobbyStatsDto,
  })
  async joinLobby(@Conn() connection: LobbyConnection): Promise<LobbyStatsDto> {
    const stats = await connection.context.present.joinLobby();
    connection.emit('lobby_joined', envelope(stats));
    return stats;
  }

  @SubscribeMessage('create_room')
  @WsOperation({ summary: 'Makes a room; who makes it is its first player.', ack: LobbyRoomDto })
  async createRoom(
    @Conn() connection: LobbyConnection,
    @MessageBody() command: commands.LobbyCreateRoomCommand,
  ): Promise<LobbyRoomDto> {
    const { room_id: roomId, max_players: maxPlayers, data, private: isPrivate } = command;
    const { room, begin } = await connection.context.present.createRoom({ roomId, maxPlayers, data, isPrivate });
    const view = toLobbyRoomDto(room);
    connection.emit('room_created', envelope(view));
    begin();
    return view;
  }

  @SubscribeMessage('find_match')
  @WsOperation({
    summary:
      'Gives the player a seat in a room for as many players, of those with equal criteria, or in a new one. The room is told; when it is full, the game starts.',
    ack: LobbyRoomDto,
  })
  async findMatch(
    @Conn() connection: LobbyConnection,
    @MessageBody() { player_name, max_players: maxPlayers, criteria }: commands.LobbyFindMatchCommand,
  ): Promise<LobbyRoomDto> {
    const wish = { playerName: player_name?.trim(), maxPlayers, criteria };
    const { room, begin } = await connection.context.present.findMatch(wish);
    const view = toLobbyRoomDto(room);
    connection.emit('match_found', envelope(view));
    begin();
    return view;
  }

  @SubscribeMessage('join_room')
  @WsOperation({
    summary:
      'Takes a seat in a room, and everyone in it is told. Who is a player of it already takes the seat over, or back, and is told alone.',
    ack: LobbyRoomDto,
  })
  async joinRoom(
    @Conn() connection: LobbyConnection,
    @MessageBody() { room_id }: commands.LobbyJoinRoomCommand,
  ): Promise<LobbyRoomDto> {
    const { room, wasIn, begin } = await connection.context.present.joinRoom(room_id);
    const view = toLobbyRoomDto(room);
    if (wasIn) {
      const player_name = view.players[connection.userId]?.name ?? connection.user.username;
      connection.emit('player_joined', { player_id: connection.userId, player_name, room: view });
    }
    begin();
    return view;
  }

  @SubscribeMessage('leave_room')
  @WsOperation({ summary: 'Gives the seat up; everyone in the room is told, the player too.', ack: RoomLeftAck })
  async leaveRoom(
    @Conn() { context }: LobbyConnection,
    @MessageBody() { room_id }: commands.LobbyLeaveRoomCommand,
  ): Promise<RoomLeftAck> {
    await context.present.leaveRoom(room_id);
    return { room_id };
  }

  @SubscribeMessage('game_move')
  @WsOperation({ summary: 'Tells the others a move, and its number; while the game is on.', ack: MoveMadeAck })
  async gameMove(
    @Conn() { context }: LobbyConnection,
    @MessageBody() { room_id, move }: commands.LobbyGameMoveCommand,
  ): Promise<MoveMadeAck> {
    return { room_id, n: await context.present.move(room_id, move.toJSON() as Json) };
  }

  @SubscribeMessage('room_data')
  @WsOperation({ summary: 'Changes the room’s data; for its creator alone.', ack: LobbyRoomDto })
  async roomData(
    @Conn() { context }: LobbyConnection,
    @MessageBody() { room_id, patch }: commands.LobbyRoomDataCommand,
  ): Promise<LobbyRoomDto> {
    return toLobbyRoomDto(await context.present.patchData(room_id, patch));
  }

  @SubscribeMessage('finish_game')
  @WsOperation({ summary: 'Ends the game; any of its players may.', ack: LobbyRoomDto })
  async finishGame(
    @Conn() { context }: LobbyConnection,
    @MessageBody() { room_id, result }: commands.LobbyFinishGameCommand,
  ): Promise<LobbyRoomDto> {
    return toLobbyRoomDto(await context.present.finish(room_id, (result?.toJSON() ?? null) as Json));
  }

  @SubscribeMessage('webrtc_offer')
  @WsOperation({ summary: 'Relays an offer to a player of the room, or to all others.' })
  offer(@Conn() connection: LobbyConnection, @MessageBody() command: commands.LobbyOfferCommand): Promise<void> {
    return this.relay(connection, 'webrtc_offer', command, { offer: command.offer });
  }

  @SubscribeMessage('webrtc_answer')
  @WsOperation({ summary: 'Relays an answer to a player of the room, or to all others.' })
  answer(@Conn() connection: LobbyConnection, @MessageBody() command: commands.LobbyAnswerCommand): Promise<void> {
    return this.relay(connection, 'webrtc_answer', command, { answer: command.answer });
  }

  @SubscribeMessage('ice_candidate')
  @WsOperation({ summary: 'Relays an ICE candidate to a player of the room, or to all others.' })
  candidate(
    @Conn() connection: LobbyConnection,
    @MessageBody() command: commands.LobbyCandidateCommand,
  ): Promise<void> {
    return this.relay(connection, 'ice_candidate', command, { candidate: command.candidate });
  }

  @SubscribeMessage('join_chat')
  @WsOperation({
    summary: 'Answers with the last 20 messages of a chat, and tells every new one from then on.',
    ack: ChatJoinedEvent,
  })
  async joinChat(
    @Conn() connection: LobbyConnection,
    @MessageBody() { room_id: room = NAMESPACE_CHAT }: commands.LobbyJoinChatCommand,
  ): Promise<ChatJoinedEvent> {
    const { messages, begin } = await connection.context.present.chats.join(room);
    const joined = { recent_messages: messages.map(chatFields), room };
    connection.emit('chat_joined', envelope(joined));
    begin();
    return joined;
  }

  @SubscribeMessage('send_message')
  @WsOperation({
    summary: 'Says something in a chat: stored, then told to everyone who has joined it, the sender too.',
    ack: NewMessageEvent,
  })
  async sendMessage(
    @Conn() { context }: LobbyConnection,
    @MessageBody() { room_id: room = NAMESPACE_CHAT, text }: commands.LobbySendChatCommand,
  ): Promise<NewMessageEvent> {
    return chatFields(await context.present.chats.say(room, text));
  }

  private relay(
    { context, userId }: LobbyConnection,
    event: string,
    { room_id, target_id }: SignalTarget,
    body: Record<string, RawJson>,
  ): Promise<void> {
    const target = target_id ?? undefined;
    const fields = { room_id, ...(target !== undefined && { target_id: target }), sender_id: userId, ...body };
    return context.present.relay(room_id, eventText(event, fields), target?.toLowerCase());
  }
}
