import type { Kysely, Transaction } from "kysely";
import type { Database } from "../schema.ts";
import type { Fault } from "./faults.ts";
import type { FirstLook, OpenMoment, OpenSnapshot, SliceTerms } from "./transaction.ts";

export type EngineName = "sqlite" | "postgres";

export type BatchRun<Result> = (trx: Transaction<Database>, sent?: Promise<unknown>[]) => Promise<Result>;

/** What differs between SQLite and PostgreSQL. Everything else of the store is the same for both. */
export interface Engine {
  readonly name: EngineName;
  /** For transactions that write. */
  readonly writer: Kysely<Database>;
  /** For queries; refuses to write, and never waits for a writer. */
  readonly reader: Kysely<Database>;
  /** The first row of a query that is asked all the time: what a query builder costs is several times the read itself. */
  readRow<Row>(sql: string, parameters: readonly unknown[]): Promise<Row | undefined>;
  /** For single queries that look at much: beside the serving thread, where a query would stop it. */
  readonly aside: Kysely<Database>;
  /** A connection of its own, so that a long export keeps nobody waiting. */
  openSnapshot(): Promise<OpenSnapshot>;
  /** The same for what takes a moment and is asked for often: beside the serving thread, where reading would stop it. */
  openMoment<Seen>(look: FirstLook<Seen>): Promise<OpenMoment<Seen>>;
  /** How a look that takes minutes is divided, so that nobody waits for it. */
  readonly slices: SliceTerms;
  /** For migrations: they take the time they take. */
  readonly schemaWriter: Kysely<Database>;
  /** How many batches may be on their way at once. */
  readonly flushers: number;
  /** Appended to a select whose rows are about to be changed; empty where a writer is alone anyway. */
  readonly rowLock: string;
  /** The `code`s of errors that say a table or its column does not exist; at SQLite any wrong statement has it. */
  readonly missingTableCodes: readonly string[];
  /** Asks for the `name` of whatever stands where our tables are, or will be. */
  readonly standing: string;
  /** What exists before the first migration: the list of migrations, and the source of internal numbers. */
  readonly foundation: readonly string[];

  /** What the balance row that a fact tells has under this name, as text, in SQL over `body` of these facts. */
  rowWord(name: string, facts?: string): string;
  /** A statement of a migration in this engine's words. */
  dialectOf(statement: string): string;
  /** Called once the schema is up to date. */
  migrated(): void;
  /** Makes other processes that migrate wait. */
  lockSchema(trx: Transaction<Database>): Promise<void>;
  /** Reserves internal numbers, rising; the caller takes them one by one. */
  reserveNumbers(trx: Transaction<Database>, count: number): Promise<() => bigint>;
  /** Resolves once no transaction that holds one of the numbers reserved by now can still commit; `false` if that takes long. */
  numbersSettled(): Promise<boolean>;
  /** Asks the database to keep a statement ready that will be used often. */
  keepPrepared(sql: string): void;
  /**
   * Runs a statement once for each row of parameters, within the writer's transaction; `null` where one statement with
   * many rows is faster, because each would be a round trip.
   */
  readonly runForEach: ((sql: string, rows: readonly (readonly unknown[])[]) => void) | null;
  /** Whether a list is one parameter, whatever its length: a statement for many keys or rows is then always the same. */
  readonly takesArrays: boolean;
  /**
   * Begins, runs and commits a batch. What `run` asks for before it waits is sent at once, and answered in its order, where
   * an answer is a round trip; writes may be left on their way in `sent`.
   */
  inBatch<Result>(run: BatchRun<Result>): Promise<Result>;
  /** Whether numbers are reserved before it is known how many are needed, so that nothing waits for them. */
  readonly reservesAhead: boolean;
  /** Whose fault an error is, and whether the same work may succeed if it is tried again. */
  faultOf(error: unknown): Fault;
  /** @throws WrongPooler if a connection is not a session of its own */
  checkSessions(): Promise<void>;
  /** Uses no connection any more that was made before: the way to the database may have been cut. */
  renewConnections(): void;
  /** Fails if what is written now would be lost, though the database does not say so. */
  checkInPlace(): void;
  /** Housekeeping that must not run while a batch does. */
  betweenBatches(): Promise<void>;
  close(): Promise<void>;
}
