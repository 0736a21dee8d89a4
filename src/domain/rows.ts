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

  values(): Row[] {
    return [...this.#rows.values()];
  }

  /** What is to be stored, apart by whether the store has it already. */
  split(): { readonly added: Row[]; readonly changed: Row[] } {
    const put = this.values().filter(({ id }) => this.#changed.has(id));
    return {
      added: put.filter(({ id }) => !this.#stored.has(id)),
      changed: put.filter(({ id }) => this.#stored.has(id)),
    };
  }
}
