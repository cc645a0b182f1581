import { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each member has read, and how often they were mentioned after that: one row per member, whatever is sent. */
export class CreateReadStates1795132818000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE read_states (
        conversation_id uuid CONSTRAINT read_states_conversation_fk REFERENCES conversations ON DELETE CASCADE,
        user_id uuid CONSTRAINT read_states_user_fk REFERENCES users ON DELETE CASCADE,
        last_read_seq bigint NOT NULL DEFAULT 0,
        mention_count integer NOT NULL DEFAULT 0,
        CONSTRAINT read_states_pk PRIMARY KEY (conversation_id, user_id)
      )
    `);
    await queryRunner.query(`CREATE INDEX read_states_user_idx ON read_states (user_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE read_states`);
  }
}
