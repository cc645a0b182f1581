import { open } from 'node:fs/promises';
import { fileTypeFromBuffer } from 'file-type';

const HEAD_BYTES = 16_384;
const TEXT = 'text/plain';
const UNKNOWN = 'application/octet-stream';

/** What a browser may show in its place: it cannot run a script. */
const SHOWN = new Set([
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
  ...['audio/mpeg', 'audio/ogg', 'audio/wav', 'audio/flac', 'audio/aac', 'audio/x-m4a', 'audio/mp4'],
  ...['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime'],
]);

/** Finds out a file's media type from its first bytes; never from its name, or what the client says. */
export async function typeOfFile(path: string): Promise<string> {
  const head = await headOf(path);
  const found = await fileTypeFromBuffer(head);
  if (found !== undefined) return found.mime;
  return isText(head) ? TEXT : UNKNOWN;
}

/** Whether a browser may show it where it is linked: a picture, sound or film, and sent as what it is. */
export function mayBeShown(type: string, declaredType: string): boolean {
  return SHOWN.has(type) && type === declaredType.toLowerCase();
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(HEAD_BYTES) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function isText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  try {
    // A character may be cut at the end of the head.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length === HEAD_BYTES });
    return true;
  } catch {
    return false;
  }
}
