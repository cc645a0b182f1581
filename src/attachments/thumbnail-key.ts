import type { AttachmentId } from '../common/ids.js';

/** The blob of a picture's small form, beside that of the picture, whose key is its id. */
export function thumbnailKey(id: AttachmentId): string {
  return `${id}.thumbnail`;
}
