import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLiveTopics1795132814000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE live_topics (
        namespace varchar(128) NOT NULL,
        topic varchar(128) NOT NULL,
        revision bigint NOT NULL,
        version bigint NOT NULL,
        value text,
        owner_id uuid CONSTRAINT live_topics_owner_fk REFERENCES users ON DELETE SET NULL,
        read_rule text NOT NULL CONSTRAINT live_topics_read_check CHECK (read_rule IN ('public', 'authenticated', 'group')),
        write_rule text NOT NULL
          CONSTRAINT live_topics_write_check CHECK (write_rule IN ('public', 'authenticated', 'group', 'owner')),
        group_id uuid CONSTRAINT live_topics_group_fk REFERENCES groups ON DELETE SET NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT live_topics_pk PRIMARY KEY (namespace, topic)
      )
    `);
    await queryRunner.query(`CREATE INDEX live_topics_owner_idx ON live_topics (owner_id)`);
    await queryRunner.query(`CREATE INDEX live_topics_group_idx ON live_topics (group_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE live_topics`);
  }
}
