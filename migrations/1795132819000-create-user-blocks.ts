import { MigrationInterface, QueryRunner } from 'typeorm';

/** Who does not want to hear from whom (protocol section 3). */
export class CreateUserBlocks1795132819000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE user_blocks (
        blocker_id uuid CONSTRAINT user_blocks_blocker_fk REFERENCES users ON DELETE CASCADE,
        blocked_id uuid CONSTRAINT user_blocks_blocked_fk REFERENCES users ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT user_blocks_pk PRIMARY KEY (blocker_id, blocked_id),
        CONSTRAINT user_blocks_self_check CHECK (blocker_id <> blocked_id)
      )
    `);
    await queryRunner.query(`CREATE INDEX user_blocks_blocked_idx ON user_blocks (blocked_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE user_blocks`);
  }
}
