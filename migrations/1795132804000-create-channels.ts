import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateChannels1795132804000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE channels (
        id uuid CONSTRAINT channels_pk PRIMARY KEY
          CONSTRAINT channels_conversation_fk REFERENCES conversations ON DELETE CASCADE,
        group_id uuid NOT NULL CONSTRAINT channels_group_fk REFERENCES groups ON DELETE CASCADE,
        name varchar(100) NOT NULL,
        type text NOT NULL CONSTRAINT channels_type_check CHECK (type IN ('TEXT', 'VOICE', 'VIDEO')),
        topic varchar(1000) NOT NULL DEFAULT '',
        slow_mode_s integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(`CREATE INDEX channels_group_idx ON channels (group_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE channels`);
  }
}
