/** One step of the schema. Released steps are never edited; a change is a new step. */
export interface Migration {
  /** The schema version that the step leads to: 1, 2, … */
  readonly version: number;
  readonly sql: string;
}
