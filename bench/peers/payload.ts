import { randomUUID } from 'node:crypto';

/** Who speaks, as a peer knows it: from the address alone, without any check. */
export interface Speaker {
  userId: string;
  username: string;
  connectionId: string;
  room: string;
}

export interface SendCommand {
  content: string;
  nonce?: string;
}

export interface OfferCommand {
  target_user_id: string;
  data: unknown;
}

export function speakerOf(url: string | undefined): Speaker {
  const query = new URL(url ?? '', 'http://localhost').searchParams;
  const of = (name: string) => query.get(name) ?? '';
  return { userId: of('user'), username: of('username'), room: of('room'), connectionId: randomUUID() };
}

const seqs = new Map<string, number>();

/** The fields of Parley's `message`, so that all servers send the same bytes to everyone; nothing is stored. */
export function messageFields({ room, userId, username }: Speaker, { content, nonce }: SendCommand): object {
  const seq = (seqs.get(room) ?? 0) + 1;
  seqs.set(room, seq);
  return {
    id: randomUUID(),
    channel_id: room,
    seq,
    rev: seq,
    kind: 'message',
    sender_id: userId,
    sender_username: username,
    content,
    nonce: nonce ?? null,
    reply_to_id: null,
    mentions: [],
    attachments: [],
    reactions: [],
    pinned: false,
    created_at: new Date().toISOString(),
    edited_at: null,
    deleted_at: null,
  };
}

export function typingFields({ room, userId, username }: Speaker, isTyping: boolean): object {
  return { user_id: userId, username, is_typing: isTyping, channel_id: room };
}

/** The fields of Parley's `webrtc_offer`, but for its `data`. */
export function offerFields({ room, userId, username, connectionId }: Speaker): object {
  return { from_user_id: userId, from_username: username, from_connection_id: connectionId, channel_id: room };
}

export function connectedFields({ connectionId, userId, username, room }: Speaker): object {
  return { connection_id: connectionId, user_id: userId, username, channel_id: room };
}
