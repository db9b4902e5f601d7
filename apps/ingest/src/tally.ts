/** What became of a delivery's records. */
export interface Tally {
  stored: number;
  duplicate: number;
  expired: number;
  /** By the store's name of the reason. */
  readonly rejected: Map<string, number>;
}
