/** Where a login comes from, as the user's list of sessions shows it. */
export interface Device {
  ip: string | null;
  userAgent: string | null;
}
