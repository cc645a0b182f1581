import { beforeEach, describe, expect, it } from 'vitest';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import { DraftLines } from './draft-lines.js';
import type { Batch } from './draft-lines.js';
import type { PendingDraft } from './pending-draft.js';

const unused = () => undefined;
let lines: DraftLines;
beforeEach(() => {
  lines = new DraftLines();
});

const draft = (log: string, id: string, { nonce, content = 'x', since = 0 }: Partial<PendingDraft> = {}) => ({
  id: id as MessageId,
  conversationId: log as ConversationId,
  senderId: 'alice' as UserId,
  content,
  expectedKind: undefined,
  nonce,
  draftHash: undefined,
  mentionedNames: undefined,
  replyToId: undefined,
  attachmentIds: undefined,
  since,
  resolve: unused,
  reject: unused,
});
const add = (log: string, ...ids: string[]) => ids.map((id) => lines.add(draft(log, id)));
const idsOf = (batch: Batch | undefined) => batch?.drafts.map(({ id }) => id);

describe('which drafts are written together', () => {
  it('all that wait, those of a conversation in order', () => {
    add('a', 'a1');
    add('b', 'b1');
    add('a', 'a2');
    expect(idsOf(lines.take('any'))).toEqual(['a1', 'a2', 'b1']);
    expect(lines.take('any')).toBeUndefined();
  });

  it('none of a conversation that is being written: its next ones wait for the end of the batch', () => {
    add('a', 'a1');
    const first = lines.take('any')!;
    add('a', 'a2');
    add('b', 'b1');
    expect(idsOf(lines.take('any'))).toEqual(['b1']);
    lines.release(first);
    expect(idsOf(lines.take('any'))).toEqual(['a2']);
  });

  it('a nonce of a sender once: the second one waits, and so do those behind it', () => {
    lines.add(draft('a', 'a1', { nonce: 'n' }));
    lines.add({ ...draft('a', 'a2', { nonce: 'n' }), senderId: 'bob' as UserId });
    lines.add(draft('a', 'a3', { nonce: 'n' }));
    add('a', 'a4');
    lines.add(draft('b', 'b1', { nonce: 'n' }));
    const batch = lines.take('any')!;
    expect(idsOf(batch)).toEqual(['a1', 'a2', 'b1']);
    lines.release(batch);
    expect(idsOf(lines.take('any'))).toEqual(['a3', 'a4']);
  });

  it('at most 1000, and about a million characters; conversations take turns', () => {
    add('a', ...Array.from({ length: 1000 }, (_, n) => `a${n}`));
    add('b', 'b1');
    const first = lines.take('any')!;
    expect(first.drafts).toHaveLength(1000);
    add('a', 'again');
    lines.release(first);
    expect(idsOf(lines.take('any'))).toEqual(['b1', 'again']);
    for (let n = 0; n < 300; n += 1) lines.add(draft('c', `c${n}`, { content: 'x'.repeat(4000) }));
    expect(lines.take('any')!.drafts).toHaveLength(250);
  });
});

describe('how many may wait', () => {
  it('1000 of a conversation', () => {
    expect(add('a', ...Array.from({ length: 1001 }, (_, n) => `${n}`)).filter(Boolean)).toHaveLength(1000);
    expect(add('b', 'b1')).toEqual([true]);
  });

  it('10,000 of all, those that are being written too', () => {
    for (let log = 0; log < 10; log += 1) add(`${log}`, ...Array.from({ length: 1000 }, (_, n) => `${n}`));
    expect(add('b', 'b1')).toEqual([false]);
    const batch = lines.take('any')!;
    expect(add('b', 'b1')).toEqual([false]);
    for (const done of batch.drafts) lines.settled(done);
    expect(add('b', 'b1')).toEqual([true]);
    expect(lines.size).toBe(9001);
  });

  it('eight million characters', () => {
    for (let n = 0; n < 8; n += 1) expect(lines.add(draft(`${n}`, 'x', { content: 'x'.repeat(1e6) }))).toBe(true);
    expect(add('b', 'b1')).toEqual([false]);
  });
});

describe('a conversation that somebody else holds', () => {
  const contend = (log: string, ids: string[], since = 0) => {
    for (const id of ids) lines.add(draft(log, id, { since }));
    const batch = lines.take('any')!;
    lines.putBack(batch, batch.drafts);
    lines.release(batch);
  };

  it('is written with others like it, what was put back first, and for a second everything of it', () => {
    contend('a', ['a1', 'a2'], 100);
    add('a', 'a3');
    contend('b', ['b1'], 100);
    add('c', 'c1');
    expect(idsOf(lines.take('any'))).toEqual(['c1']);
    expect(lines.waiting('shared')).toBe(4);
    const first = lines.take('shared')!;
    expect(idsOf(first)).toEqual(['a1', 'a2', 'a3', 'b1']);
    lines.release(first);
    lines.add(draft('a', 'a4', { since: 1099 }));
    lines.add(draft('b', 'b2', { since: 1100 }));
    expect(idsOf(lines.take('shared'))).toEqual(['a4']);
    expect(idsOf(lines.take('any'))).toEqual(['b2']);
  });

  it('is written alone, for a second, once it was waited for in vain', () => {
    contend('a', ['a1']);
    contend('b', ['b1']);
    const batch = lines.take('shared')!;
    lines.putBack(batch, batch.drafts);
    lines.release(batch);
    expect(lines.take('shared')).toBeUndefined();
    const alone = lines.take('alone')!;
    expect(idsOf(alone)).toEqual(['a1']);
    expect(idsOf(lines.take('alone'))).toEqual(['b1']);
    expect(lines.take('alone')).toBeUndefined();
    lines.release(alone);
    lines.add(draft('a', 'a2', { since: 999 }));
    expect(lines.take('shared')).toBeUndefined();
    expect(idsOf(lines.take('alone'))).toEqual(['a2']);
  });

  it('is put back alone: the others of its batch are done', () => {
    add('a', 'a1');
    add('b', 'b1');
    const batch = lines.take('any')!;
    lines.putBack(batch, batch.drafts.slice(0, 1));
    lines.release(batch);
    expect(lines.take('any')).toBeUndefined();
    expect(idsOf(lines.take('shared'))).toEqual(['a1']);
    expect(lines.take('shared')).toBeUndefined();
  });

  it('gives up what waits behind it, or has waited too long for its turn', () => {
    contend('a', ['a1']);
    const batch = lines.take('shared')!;
    add('a', 'a2');
    contend('b', ['b1'], 100);
    contend('c', ['c1'], 200);
    expect(lines.clear(batch).map(({ id }) => id)).toEqual(['a2']);
    expect(lines.clearContended(150).map(({ id }) => id)).toEqual(['b1']);
    expect(idsOf(lines.take('shared'))).toEqual(['c1']);
    expect(lines.take('shared')).toBeUndefined();
  });
});
