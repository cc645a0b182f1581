import { describe, expect, it } from 'vitest';
import { mentionCandidates } from './mentions.js';

describe('mentions (section 2)', () => {
  it.each([
    ['hi @alice', ['alice']],
    ['@Alice and @bob_2!', ['alice', 'bob_2']],
    ['thanks @alice.', ['alice.', 'alice']],
    ['mail me at alice@example.org', []],
    ['@@alice, @al', []],
    ['no names here', []],
    ['@alice @alice', ['alice']],
  ])('%s', (content, names) => {
    expect(mentionCandidates(content)).toEqual(names);
  });
});
