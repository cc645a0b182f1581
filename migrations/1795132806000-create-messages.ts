import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessages1795132806000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE messages (
        id uuid CONSTRAINT messages_pk PRIMARY KEY,
        conversation_id uuid NOT NULL
          CONSTRAINT messages_conversation_fk REFERENCES conversations ON DELETE CASCADE,
        seq bigint NOT NULL,
        rev bigint NOT NULL,
        kind text NOT NULL DEFAULT 'message' CONSTRAINT messages_kind_check CHECK (kind IN ('message', 'call')),
        sender_id uuid NOT NULL CONSTRAINT messages_sender_fk REFERENCES users,
        content text NOT NULL,
        nonce varchar(64),
        draft_hash bytea,
        reply_to_id uuid,
        mentions uuid[] NOT NULL DEFAULT '{}',
        pinned boolean NOT NULL DEFAULT false,
        created_at timestamptz(3) NOT NULL,
        edited_at timestamptz(3),
        deleted_at timestamptz(3),
        deleted_by uuid
      )
    `);
    await queryRunner.query(`CREATE UNIQUE INDEX messages_seq_key ON messages (conversation_id, seq)`);
    await queryRunner.query(`CREATE UNIQUE INDEX messages_rev_key ON messages (conversation_id, rev)`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX messages_nonce_key ON messages (conversation_id, sender_id, nonce) WHERE nonce IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX messages_sender_idx ON messages (sender_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE messages`);
  }
}
