import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { GroupId, UserId } from '../../common/ids.js';
import { TIMESTAMP } from '../../infra/database/columns.js';

@Entity('groups')
export class Group {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'groups_pk' })
  id!: GroupId;

  @Column('varchar', { length: 100 })
  name!: string;

  @Column('varchar', { length: 1000, default: '' })
  description!: string;

  @Index('groups_owner_idx')
  @ForeignKey('User', { name: 'groups_owner_fk' })
  @Column('uuid')
  ownerId!: UserId;

  @Column(TIMESTAMP)
  createdAt!: Date;

  @Column(TIMESTAMP)
  updatedAt!: Date;
}
