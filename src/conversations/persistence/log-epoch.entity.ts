import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row. Its UUID changes when a dump is restored in place, and with it the epoch that clients compare. */
@Entity('log_epoch')
@Check('log_epoch_one_row', '"id" = 1')
export class LogEpoch {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'log_epoch_pk' })
  id!: number;

  @Column('uuid')
  uuid!: string;
}
