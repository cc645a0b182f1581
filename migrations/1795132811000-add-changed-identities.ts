import { MigrationInterface, QueryRunner } from 'typeorm';

/** Every node looks for the sessions and users that changed lately (docs/adr/0010-sessions-are-watched.md). */
export class AddChangedIdentities1795132811000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE users ADD COLUMN identity_changed_at timestamptz(3)`);
    await queryRunner.query(
      `CREATE INDEX users_identity_changed_idx ON users (identity_changed_at) WHERE identity_changed_at IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX sessions_revoked_idx ON sessions (revoked_at) WHERE revoked_at IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX sessions_revoked_idx`);
    await queryRunner.query(`ALTER TABLE users DROP COLUMN identity_changed_at`);
  }
}
