import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateConversations1795132803000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE conversations (
        id uuid CONSTRAINT conversations_pk PRIMARY KEY,
        kind text NOT NULL,
        group_id uuid CONSTRAINT conversations_group_fk REFERENCES groups ON DELETE CASCADE,
        last_seq bigint NOT NULL DEFAULT 0,
        membership_version bigint NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT conversations_kind_check
          CHECK ((kind = 'channel') = (group_id IS NOT NULL) AND kind IN ('channel', 'dm'))
      )
    `);
    await queryRunner.query(`CREATE INDEX conversations_group_idx ON conversations (group_id)`);
    await queryRunner.query(`
      CREATE TABLE log_epoch (
        id integer CONSTRAINT log_epoch_pk PRIMARY KEY CONSTRAINT log_epoch_one_row CHECK (id = 1),
        uuid uuid NOT NULL
      )
    `);
    await queryRunner.query(`INSERT INTO log_epoch (id, uuid) VALUES (1, gen_random_uuid())`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE log_epoch`);
    await queryRunner.query(`DROP TABLE conversations`);
  }
}
