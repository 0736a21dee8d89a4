/** Rows of one noun by id: as they were loaded, and as deciding has put them since. Other nouns may use the same ids. */
export class Rows<Id extends string, Row extends { readonly id: Id }> {
  readonly #rows = new Map<Id, Row>();
  readonly #stored = new Set<Id>();
  readonly #changed = new Set<Id>();

  /** Puts what the store holds. */
  load(rows: Iterable<Row>): void {
    for (const row of rows) {
      this.#rows.set(row.id, row);
      this.#stored.add(row.id);
    }
  }

  get(id: Id): Row | undefined {
    return this.#rows.get(id);
  }

  put(row: Row): void {
    this.#rows.set(row.id, row);
    this.#changed.add(row.id);
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }

  /** What is to be stored, in the order in which it was put first. */
  changes(): PutRows<Row> {
    const added: Row[] = [];
    const changed: Row[] = [];
    for (const id of this.#changed) (this.#stored.has(id) ? changed : added).push(this.#rows.get(id) as Row);
    return { added, changed };
  }
}

/** Rows that deciding has put, apart by whether the store has them already. */
export interface PutRows<Row> {
  readonly added: readonly Row[];
  readonly changed: readonly Row[];
}

/** What is known of one thing by the name of another: loaded to be asked for, and stored as something else if at all. */
export class ByName<Key, Value> extends Map<Key, Value> {
  load(entries: Iterable<readonly [Key, Value]>): void {
    for (const [key, value] of entries) this.set(key, value);
  }

  all(): Iterable<readonly [Key, Value]> {
    return this;
  }
}
