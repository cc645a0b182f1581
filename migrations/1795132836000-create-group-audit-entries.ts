import { MigrationInterface, QueryRunner } from 'typeorm';

/** Who did what to whom in a group, for its admins (protocol section 8). */
export class CreateGroupAuditEntries1795132836000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE group_audit_entries (
        id uuid CONSTRAINT group_audit_entries_pk PRIMARY KEY,
        group_id uuid NOT NULL CONSTRAINT group_audit_entries_group_fk REFERENCES groups ON DELETE CASCADE,
        actor_id uuid NOT NULL CONSTRAINT group_audit_entries_actor_fk REFERENCES users,
        action text NOT NULL,
        target_user_id uuid CONSTRAINT group_audit_entries_target_fk REFERENCES users,
        target_id uuid,
        details jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(
      `CREATE INDEX group_audit_entries_order_idx ON group_audit_entries (group_id, created_at, id)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE group_audit_entries`);
  }
}
