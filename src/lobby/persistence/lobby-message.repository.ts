import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { LobbyMessage } from './lobby-message.entity.js';

@Injectable()
export class LobbyMessageRepository {
  async insert(tx: Tx, message: LobbyMessage): Promise<void> {
    await tx.insert(LobbyMessage, message);
  }

  /** The latest of one chat, the newest first. */
  latest(tx: Tx, namespace: string, roomLife: string | null, limit: number): Promise<LobbyMessage[]> {
    return tx.find(LobbyMessage, {
      where: { namespace, roomLife: roomLife ?? IsNull() },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  async deleteOfRoom(tx: Tx, namespace: string, roomLife: string): Promise<void> {
    await tx.delete(LobbyMessage, { namespace, roomLife });
  }

  /** Of rooms: those that were written before this time, whose rooms are gone unnoticed. */
  async deleteOfRoomsBefore(tx: Tx, before: Date): Promise<void> {
    await tx.query(`DELETE FROM lobby_messages WHERE room_life IS NOT NULL AND created_at < $1`, [before]);
  }

  /** Of the namespace's own chat: all but the latest `kept`. */
  async deleteAllBut(tx: Tx, namespace: string, kept: number): Promise<void> {
    await tx.query(
      `DELETE FROM lobby_messages WHERE namespace = $1 AND room_life IS NULL AND id <=
         (SELECT id FROM lobby_messages WHERE namespace = $1 AND room_life IS NULL ORDER BY id DESC OFFSET $2 LIMIT 1)`,
      [namespace, kept],
    );
  }
}
