export interface Gap {
  readonly item: string;
  readonly code: string;
}
