/** What a sync may spend on the line (protocol 6.10). */

export interface Budget {
  /** Bytes a day both ways; null: no limit. */
  readonly bytes_a_day: number | null;
  readonly documents_only: boolean;
  readonly documents_wait: boolean;
}
