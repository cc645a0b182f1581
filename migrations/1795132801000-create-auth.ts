import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuth1795132801000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE sessions (
        id uuid CONSTRAINT sessions_pk PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT sessions_user_fk REFERENCES users ON DELETE CASCADE,
        user_agent varchar(256),
        ip inet,
        created_at timestamptz(3) NOT NULL,
        last_used_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        revoked_at timestamptz(3),
        revoked_reason text
      )
    `);
    await queryRunner.query(`CREATE INDEX sessions_user_idx ON sessions (user_id)`);
    await queryRunner.query(`
      CREATE TABLE refresh_tokens (
        token_hash bytea CONSTRAINT refresh_tokens_pk PRIMARY KEY,
        session_id uuid NOT NULL CONSTRAINT refresh_tokens_session_fk REFERENCES sessions ON DELETE CASCADE,
        generation integer NOT NULL,
        created_at timestamptz(3) NOT NULL,
        used_at timestamptz(3)
      )
    `);
    await queryRunner.query(`CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id)`);
    await queryRunner.query(`
      CREATE TABLE ws_tickets (
        token_hash bytea CONSTRAINT ws_tickets_pk PRIMARY KEY,
        session_id uuid NOT NULL CONSTRAINT ws_tickets_session_fk REFERENCES sessions ON DELETE CASCADE,
        token_expires_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(`CREATE INDEX ws_tickets_session_idx ON ws_tickets (session_id)`);
    await queryRunner.query(`CREATE INDEX ws_tickets_expires_idx ON ws_tickets (expires_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ws_tickets`);
    await queryRunner.query(`DROP TABLE refresh_tokens`);
    await queryRunner.query(`DROP TABLE sessions`);
  }
}
