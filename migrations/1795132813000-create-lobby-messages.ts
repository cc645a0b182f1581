import { MigrationInterface, QueryRunner } from 'typeorm';

/** The chat of lobbies (protocol section 7.2). A room's own chat goes with the room, which is in no table. */
export class CreateLobbyMessages1795132813000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE lobby_messages (
        id uuid CONSTRAINT lobby_messages_pk PRIMARY KEY,
        namespace varchar(64) NOT NULL,
        room_life uuid,
        user_id uuid NOT NULL,
        username varchar(64) NOT NULL,
        text text NOT NULL,
        created_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(`CREATE INDEX lobby_messages_chat_idx ON lobby_messages (namespace, room_life, id)`);
    await queryRunner.query(`CREATE INDEX lobby_messages_user_idx ON lobby_messages (user_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE lobby_messages`);
  }
}
