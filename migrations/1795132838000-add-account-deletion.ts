import { MigrationInterface, QueryRunner } from 'typeorm';

/** An account that its user has deleted is marked; what they leave behind is cleared up by sweeps. */
export class AddAccountDeletion1795132838000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE users ADD COLUMN deleted_at timestamptz(3), ADD COLUMN erased_at timestamptz(3)`,
    );
    await queryRunner.query(
      `CREATE INDEX users_erasure_due_idx ON users (deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE users DROP COLUMN deleted_at, DROP COLUMN erased_at`);
  }
}
