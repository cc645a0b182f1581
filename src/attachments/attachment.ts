import type { AttachmentId } from '../common/ids.js';

/** What a message shows of a file: stored with it, and sent, as it is here. */
export interface Attachment {
  id: AttachmentId;
  /** As it was uploaded, without any path. */
  name: string;
  /** The media type, found out from the content. */
  type: string;
  /** In bytes. */
  size: number;
  /** In pixels, of an image. */
  width?: number;
  height?: number;
}
