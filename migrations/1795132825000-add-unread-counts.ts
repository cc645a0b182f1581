import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Mentions after a pointer are counted by an index of those messages alone that mention somebody. Who leaves a group leaves
 * the pointers too: in the same transaction, by whatever way they leave, so that nothing of a former stay is counted later.
 */
export class AddUnreadCounts1795132825000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE INDEX messages_mentioning_idx ON messages (conversation_id, seq) WHERE mentions <> '{}'`,
    );
    await queryRunner.query(`
      CREATE FUNCTION forget_read_states() RETURNS trigger LANGUAGE plpgsql AS $body$
      BEGIN
        DELETE FROM read_states r USING gone, conversations v
         WHERE v.group_id = gone.group_id AND r.conversation_id = v.id AND r.user_id = gone.user_id;
        RETURN NULL;
      END
      $body$
    `);
    await queryRunner.query(`
      CREATE TRIGGER group_members_forget_read_states AFTER DELETE ON group_members
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_read_states()
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TRIGGER group_members_forget_read_states ON group_members`);
    await queryRunner.query(`DROP FUNCTION forget_read_states`);
    await queryRunner.query(`DROP INDEX messages_mentioning_idx`);
  }
}
