import { describe, expect, it } from 'vitest';
import { fileName } from './file-name.js';

describe('fileName', () => {
  it.each([
    ['notes.txt', 'notes.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\windows\\x', 'x'],
    ['..', 'file'],
    ['', 'file'],
    ['a/', 'file'],
    ['a\u0000b\u0007c\u0085d\r\n', 'abcd'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['\ud800x', '\ufffdx'],
    ['  a b  ', 'a b'],
    ['😀'.repeat(300), '😀'.repeat(255)],
  ])('%j becomes %j', (given, name) => {
    expect(fileName(given)).toBe(name);
  });
});
