import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ringing and going calls of direct conversations, and their entries in the log. `json` and not `jsonb`: what clients gave
 * as `media` comes out as it went in, with texts that `jsonb` would refuse.
 */
export class CreateCalls1795132812000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE messages
        ADD COLUMN call json,
        ADD CONSTRAINT messages_call_check CHECK (("kind" = 'call') = ("call" IS NOT NULL))
    `);
    await queryRunner.query(`
      CREATE TABLE calls (
        id uuid CONSTRAINT calls_pk PRIMARY KEY,
        conversation_id uuid NOT NULL CONSTRAINT calls_conversation_fk REFERENCES conversations ON DELETE CASCADE,
        caller_id uuid NOT NULL CONSTRAINT calls_caller_fk REFERENCES users,
        callee_id uuid NOT NULL CONSTRAINT calls_callee_fk REFERENCES users,
        media json NOT NULL,
        phase text NOT NULL CONSTRAINT calls_phase_check
          CHECK (phase IN ('ringing', 'accepted', 'declined', 'cancelled', 'missed', 'ended')),
        started_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        accepted_at timestamptz(3),
        accepted_by uuid,
        ended_at timestamptz(3),
        changed_at timestamptz(3) NOT NULL
      )
    `);
    await queryRunner.query(`CREATE UNIQUE INDEX calls_live_key ON calls (conversation_id) WHERE ended_at IS NULL`);
    await queryRunner.query(`CREATE INDEX calls_ringing_idx ON calls (expires_at) WHERE phase = 'ringing'`);
    await queryRunner.query(`CREATE INDEX calls_changed_idx ON calls (changed_at)`);
    await queryRunner.query(`
      CREATE TABLE call_parties (
        user_id uuid CONSTRAINT call_parties_pk PRIMARY KEY CONSTRAINT call_parties_user_fk REFERENCES users,
        call_id uuid NOT NULL CONSTRAINT call_parties_call_fk REFERENCES calls ON DELETE CASCADE,
        connection_id uuid,
        held_since timestamptz(3),
        seen_at timestamptz(3),
        held_until timestamptz(3),
        gone_at timestamptz(3)
      )
    `);
    await queryRunner.query(`CREATE INDEX call_parties_call_idx ON call_parties (call_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE call_parties`);
    await queryRunner.query(`DROP TABLE calls`);
    await queryRunner.query(`DELETE FROM messages WHERE kind = 'call'`);
    await queryRunner.query(`ALTER TABLE messages DROP CONSTRAINT messages_call_check, DROP COLUMN call`);
  }
}
