import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import { AttachmentId, Ids, UserId } from '../common/ids.js';
import { TransactionRunner, Tx } from '../infra/database/transaction-runner.js';
import { Page, readCursor, toPage } from '../infra/http/page.js';
import { FindUsersQuery } from './dto/find-users.query.js';
import { UpdateUserDto } from './dto/update-user.dto.js';
import { OwnUserDto, UserDto } from './dto/user.dto.js';
import { User } from './persistence/user.entity.js';
import { UserChanges, UserRepository } from './persistence/user.repository.js';
import { canonical, USERNAME_PATTERN } from './username.js';
import { UserNotFound } from './users.errors.js';

export interface NewUser {
  username: string;
  email: string;
  passwordHash: string;
}

/** What `auth` checks a password against. */
export interface Credentials {
  user: OwnUserDto;
  passwordHash: string;
}

/** Accounts. Whoever has left is no longer found here. */
@Injectable()
export class UsersService {
  constructor(
    private readonly repository: UserRepository,
    private readonly transactions: TransactionRunner,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly events: DomainEvents,
  ) {}

  /** @throws UsernameTaken, EmailTaken */
  async create(tx: Tx, { username, email, passwordHash }: NewUser): Promise<OwnUserDto> {
    const user: User = {
      id: this.ids.next<UserId>(),
      username: canonical(username),
      email: canonical(email),
      passwordHash,
      createdAt: this.clock.date(),
      avatarId: null,
      deactivatedAt: null,
      deletedAt: null,
      erasedAt: null,
      identityChangedAt: null,
    };
    await this.repository.insert(tx, user);
    return toOwnDto(user);
  }

  async findById(id: UserId): Promise<UserDto | undefined> {
    const user = await this.repository.find({ id });
    return user === null ? undefined : toDto(user);
  }

  /** @throws UserNotFound */
  async getById(id: UserId): Promise<UserDto> {
    const user = await this.findById(id);
    if (user === undefined) throw new UserNotFound();
    return user;
  }

  /** Who is not found is not in the map. */
  async findByIds(ids: UserId[]): Promise<Map<UserId, UserDto>> {
    const users = await this.repository.findByIds(ids);
    return new Map(users.map((user) => [user.id, toDto(user)]));
  }

  /** @throws UserNotFound */
  async getOwn(id: UserId): Promise<OwnUserDto> {
    const user = await this.repository.find({ id });
    if (user === null) throw new UserNotFound();
    return toOwnDto(user);
  }

  /** Pages of users whose names start with the query. */
  async list({ query = '', limit, cursor }: FindUsersQuery): Promise<Page<UserDto>> {
    const [after] = readCursor(cursor, [usernameOf]) ?? [];
    const rows = await this.repository.listByPrefix(canonical(query.trim()), after, limit + 1);
    return toPage(rows, limit, { toItem: toDto, keyOf: (user) => [user.username] });
  }

  /** @throws UserNotFound, UsernameTaken, EmailTaken */
  async update(id: UserId, { username, email }: UpdateUserDto): Promise<OwnUserDto> {
    const changes: UserChanges = {};
    if (username !== undefined) changes.username = canonical(username);
    if (email !== undefined) changes.email = canonical(email);
    if (Object.keys(changes).length > 0) await this.transactions.run((tx) => this.repository.update(tx, id, changes));
    const own = await this.getOwn(id);
    if (username !== undefined) await this.events.publish('user.renamed', { userId: id, username: own.username });
    return own;
  }

  /** Finds by username, or by e-mail when there is an `@` in it, which no username has. */
  async findCredentials(usernameOrEmail: string): Promise<Credentials | undefined> {
    const name = canonical(usernameOrEmail);
    const user = await this.repository.find(name.includes('@') ? { email: name } : { username: name });
    return user === null ? undefined : { user: toOwnDto(user), passwordHash: user.passwordHash };
  }

  /** @throws UserNotFound */
  async getPasswordHash(id: UserId): Promise<string> {
    const user = await this.repository.find({ id });
    if (user === null) throw new UserNotFound();
    return user.passwordHash;
  }

  /** Undefined: no such user, or one without an avatar. */
  async findAvatarId(id: UserId): Promise<AttachmentId | undefined> {
    return (await this.repository.find({ id }))?.avatarId ?? undefined;
  }

  /** Gives the avatar that the user had before. @throws UserNotFound */
  async setAvatar(tx: Tx, id: UserId, avatarId: AttachmentId | null): Promise<AttachmentId | null> {
    const before = await this.repository.lock(tx, id);
    if (before === null) throw new UserNotFound();
    await this.repository.update(tx, id, { avatarId });
    return before.avatarId;
  }

  /** Whether this still is the user's hash; if so, it stays until `tx` has ended. */
  async holdPasswordHash(tx: Tx, id: UserId, passwordHash: string): Promise<boolean> {
    return (await this.repository.lockPasswordHash(tx, id)) === passwordHash;
  }

  /**
   * Takes from the account all that says who it was, for good, and gives its name and address free. The row stays, for
   * what they have said.
   */
  async markDeleted(tx: Tx, id: UserId): Promise<void> {
    const now = this.clock.date();
    // Nothing that somebody else could have taken before.
    const username = `deleted-${randomBytes(12).toString('hex')}`;
    const email = `${username}@deleted.invalid`;
    const gone = { username, email, passwordHash: '', avatarId: null };
    await this.repository.update(tx, id, { ...gone, deactivatedAt: now, deletedAt: now });
  }

  async setPasswordHash(tx: Tx, id: UserId, passwordHash: string): Promise<void> {
    await this.repository.update(tx, id, { passwordHash });
  }
}

function toDto({ id, username, createdAt, avatarId }: User): UserDto {
  const avatar_url = avatarId === null ? null : `/api/users/${id}/avatar?v=${avatarId}`;
  return { id, username, avatar_url, created_at: createdAt.toISOString() };
}

function toOwnDto(user: User): OwnUserDto {
  const { id, username, avatar_url, created_at } = toDto(user);
  return { id, username, email: user.email, avatar_url, created_at };
}

const usernameOf = (text: string) => (USERNAME_PATTERN.test(text) ? text : undefined);
