import { describe, expect, it } from 'vitest';
import { excerptOf } from './excerpt.js';
import { readSearchText } from './search-text.js';

const marked = (content: string, query: string) =>
  excerptOf(content, readSearchText(query))
    .map(({ text, match }) => (match ? `[${text}]` : text))
    .join('');

describe('what a query asks for', () => {
  it.each([
    ['foo bar', ['foo', 'bar'], 'bar'],
    ['foo "bar baz"', ['foo', 'bar', 'baz'], undefined],
    ['foo -bar', ['foo'], undefined],
    ['-"foo bar" ÉCOLE', ['école'], 'école'],
    ['a or b', ['a', 'b'], undefined],
    ['"never closed', ['never', 'closed'], undefined],
    ['a & (b | !c):*', ['a', 'b', 'c'], undefined],
    ['東京', ['東京'], '東京'],
    ['!?', [], undefined],
  ])('%s', (query, words, stem) => {
    const read = readSearchText(query);
    expect([...read.words]).toEqual(words);
    expect(read.stem).toBe(stem);
  });
});

describe('an excerpt', () => {
  it('marks whole words, whatever their case, and those that the last one begins', () => {
    expect(marked('Shall we start? The starter is here.', 'SHALL star')).toBe(
      '[Shall] we [start]? The [starter] is here.',
    );
  });

  it('is the message’s own text: its own marks stay text', () => {
    expect(marked('<b>bold</b> & [x]', 'bold')).toBe('<b>[bold]</b> & [x]');
  });

  it('of a long text begins a little before the first match, and says that there is more', () => {
    const text = marked(`${'a '.repeat(500)}needle${' b'.repeat(500)}`, 'needle');
    expect(text).toMatch(/^…(a ){30}\[needle\]( b){80,90} ?…$/);
  });

  it('never cuts a character in two', () => {
    for (let n = 0; n < 4; n++) {
      const parts = excerptOf(`${'x'.repeat(n)}${'😀'.repeat(300)} needle`, readSearchText('needle'));
      expect(parts.every(({ text }) => text.isWellFormed())).toBe(true);
    }
  });

  it('shows the beginning where nothing can be marked', () => {
    expect(marked('don’t', 'doesn')).toBe('don’t');
  });
});
