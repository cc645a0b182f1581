import type { Attachment } from '../attachment.js';
import type { AttachmentRow } from '../persistence/attachment.entity.js';

/** What is shown of a file, and kept with the message that it is in. */
export function toAttachment({
  id,
  name,
  type,
  size,
  width,
  height,
}: Pick<AttachmentRow, 'id' | 'name' | 'type' | 'size' | 'width' | 'height'>): Attachment {
  return { id, name, type, size, ...(width !== null && height !== null && { width, height }) };
}
