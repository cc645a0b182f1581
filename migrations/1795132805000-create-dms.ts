import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDms1795132805000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE dms (
        conversation_id uuid CONSTRAINT dms_pk PRIMARY KEY
          CONSTRAINT dms_conversation_fk REFERENCES conversations ON DELETE CASCADE,
        user_low_id uuid NOT NULL CONSTRAINT dms_user_low_fk REFERENCES users,
        user_high_id uuid NOT NULL CONSTRAINT dms_user_high_fk REFERENCES users,
        CONSTRAINT dms_order_check CHECK (user_low_id < user_high_id)
      )
    `);
    await queryRunner.query(`CREATE UNIQUE INDEX dms_pair_key ON dms (user_low_id, user_high_id)`);
    await queryRunner.query(`CREATE INDEX dms_user_high_idx ON dms (user_high_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE dms`);
  }
}
