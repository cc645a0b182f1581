import { MigrationInterface, QueryRunner } from 'typeorm';

/** What a message gets after it was made (protocol section 2). The counts and the files are kept with it, so that reading it is one row. */
export class AddMessageDetails1795132816000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE messages
        ADD COLUMN attachments json,
        ADD COLUMN reactions json,
        ADD COLUMN pinned_at timestamptz(3),
        ADD CONSTRAINT messages_pinned_check CHECK (pinned = (pinned_at IS NOT NULL))
    `);
    await queryRunner.query(
      `CREATE INDEX messages_reply_idx ON messages (reply_to_id, seq) WHERE reply_to_id IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX messages_pinned_idx ON messages (conversation_id, pinned_at) WHERE pinned`);
    await queryRunner.query(`
      CREATE TABLE message_reactions (
        message_id uuid CONSTRAINT message_reactions_message_fk REFERENCES messages ON DELETE CASCADE,
        emoji varchar(64),
        user_id uuid CONSTRAINT message_reactions_user_fk REFERENCES users ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT message_reactions_pk PRIMARY KEY (message_id, emoji, user_id)
      )
    `);
    await queryRunner.query(`CREATE INDEX message_reactions_user_idx ON message_reactions (user_id)`);
    await queryRunner.query(`
      CREATE TABLE message_edits (
        message_id uuid CONSTRAINT message_edits_message_fk REFERENCES messages ON DELETE CASCADE,
        rev bigint,
        content text NOT NULL,
        replaced_at timestamptz(3) NOT NULL,
        CONSTRAINT message_edits_pk PRIMARY KEY (message_id, rev)
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE message_edits`);
    await queryRunner.query(`DROP TABLE message_reactions`);
    await queryRunner.query(`DROP INDEX messages_pinned_idx`);
    await queryRunner.query(`DROP INDEX messages_reply_idx`);
    await queryRunner.query(`
      ALTER TABLE messages DROP CONSTRAINT messages_pinned_check,
        DROP COLUMN pinned_at, DROP COLUMN reactions, DROP COLUMN attachments
    `);
  }
}
