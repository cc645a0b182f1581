import { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that were uploaded. One that no message and nobody's avatar uses is an orphan, and swept. */
export class CreateAttachments1795132817000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE attachments (
        id uuid CONSTRAINT attachments_pk PRIMARY KEY,
        owner_id uuid NOT NULL CONSTRAINT attachments_owner_fk REFERENCES users,
        message_id uuid CONSTRAINT attachments_message_fk REFERENCES messages ON DELETE SET NULL,
        name varchar(255) NOT NULL,
        type varchar(127) NOT NULL,
        size bigint NOT NULL,
        width integer,
        height integer,
        thumbnail boolean NOT NULL DEFAULT false,
        purpose text NOT NULL CONSTRAINT attachments_purpose_check CHECK (purpose IN ('message', 'avatar')),
        state text NOT NULL CONSTRAINT attachments_state_check CHECK (state IN ('uploading', 'ready', 'deleted')),
        created_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(`CREATE INDEX attachments_owner_idx ON attachments (owner_id)`);
    await queryRunner.query(`CREATE INDEX attachments_message_idx ON attachments (message_id)`);
    await queryRunner.query(
      `CREATE INDEX attachments_orphan_idx ON attachments (created_at) WHERE message_id IS NULL OR state = 'deleted'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE attachments`);
  }
}
