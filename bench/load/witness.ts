import type { Client } from './client.js';
import { begins } from './dialects.js';

/** Counts the frames that those who sit in a room get; one of them reads who came and who went. */
export class Witness {
  /** Joins and leaves that the reader was told of. */
  told = 0;
  private frames = 0;

  constructor(private readonly seated: readonly Client[]) {
    for (const { socket } of seated)
      socket.onFrame = () => {
        this.frames++;
      };
    const [reader] = seated;
    if (!reader) return;
    const { dialect } = reader;
    const one = ['user_joined', 'user_left'].map((type) => dialect.opening(type));
    const many = dialect.opening('presence_diff');
    reader.socket.onFrame = (bytes, start, end) => {
      this.frames++;
      if (one.some((opening) => begins(bytes, start, end, opening))) this.told++;
      if (!begins(bytes, start, end, many)) return;
      const { joined, left } = dialect.read(bytes.toString('utf8', start, end)) as Record<'joined' | 'left', unknown[]>;
      this.told += joined.length + left.length;
    };
  }

  get framesEach(): number {
    return this.frames / this.seated.length;
  }
}
