export const CHANNEL_TYPES = ['TEXT', 'VOICE', 'VIDEO'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];
