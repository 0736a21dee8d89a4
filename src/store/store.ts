import { type Kysely, sql } from "kysely";
import type { AuditVerdict } from "../domain/audit.ts";
import type { WalletIds } from "../domain/ids.ts";
import type { Policy } from "../domain/policy/policy.ts";
import type { Run } from "../domain/reconciling/run.ts";
import type { Clock, Instant } from "../domain/time.ts";
import { keepAudit } from "./audit/audits.ts";
import { type BatchObserver, decideOn } from "./batch/batch.ts";
import { forgetDecisions } from "./batch/idempotency-keys.ts";
import { Slices } from "./batch/slices.ts";
import type { Snapshot } from "./batch/snapshot.ts";
import type { Work } from "./batch/unit-of-work.ts";
import { queueFull, WriteQueue } from "./batch/write-queue.ts";
import { findPolicyVersion, policyInForce, putPolicyInForce, storedPolicies } from "./charges/policies.ts";
import type { Engine, EngineName } from "./engine/engine.ts";
import { errorCode, mayPass } from "./engine/faults.ts";
import { migrate, type SchemaState, schemaState } from "./engine/migrate.ts";
import { openPostgres } from "./engine/postgres.ts";
import { postgresFault } from "./engine/postgres-pool.ts";
import { damageOf, engineSettings } from "./engine/settings.ts";
import { openSqlite, sqliteFault } from "./engine/sqlite.ts";
import {
  anyRow,
  type FirstLook,
  type Lease,
  type OpenSnapshot,
  prolongLease,
  retrying,
  takeLease,
} from "./engine/transaction.ts";
import { type Trouble, Writability } from "./engine/writability.ts";
import { addRefusedDeliveries } from "./inbox/refused-deliveries.ts";
import { type DueSeller, saveRound } from "./inbox/sellers.ts";
import { saveWatermark, type Watermark } from "./inbox/watermarks.ts";
import { addAccountDays } from "./ledger/account-days.ts";
import { type Turn, tellTurn } from "./outbox/told-states.ts";
import { type People, peopleOf } from "./people/people.ts";
import {
  type Matched,
  type Matching,
  saveMatches,
  subjectsByWord,
  type UnmatchedSubjects,
  unmatchedSubjects,
} from "./reconciling/matches.ts";
import {
  addStatementLines,
  finishStatement,
  type NewStatement,
  type OpenStatement,
  openStatement,
  type ReadLines,
  type ReportEnd,
} from "./reconciling/provider-statements.ts";
import {
  finishRun,
  forgetRows,
  type ReconciledPage,
  saveReconciledPage,
} from "./reconciling/reconciliations.ts";
import type { Database, RefusedDeliveriesRow } from "./schema.ts";
import { findWalletIds, openWalletIds } from "./wallets/wallet-ids.ts";

export interface StoreOptions {
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://…`. */
  readonly databaseUrl: string;
  /** Whether a missing SQLite file is an error, and not made. */
  readonly mustExist?: boolean;
  /** Of PostgreSQL: the schema that our tables are in, and how many connections this process may have. */
  readonly schema?: string | null;
  readonly connections?: number | null;
  /** What wallets are named under; `null`, or none: what the database keeps, which makes one if it has none. */
  readonly installationKey?: string | null;
  /** What the installation alone knows: of what a key is made, if one has to be. */
  readonly installationSecrets?: readonly string[];
  /** Whether to bring the schema up to date first. */
  readonly migrate: boolean;
  /** Whether it may be made where tables of others are. */
  readonly beside?: boolean;
  readonly clock: Clock;
  readonly log?: StoreLog;
  readonly observeBatch?: BatchObserver;
  /** Whether it is a thread's that makes pages beside the one that serves: it reads its moments by itself, and opens little else. */
  readonly isForPages?: boolean;
  /** How many batches may be on their way, if fewer than the engine takes: of one at a time the order is always the same. */
  readonly batchesAtOnce?: number | undefined;
}

/** Where the store says what nobody waits for. */
export interface StoreLog {
  warn(details: object, message: string): void;
}

export interface Store {
  readonly engine: EngineName;
  /** For queries only: writing through it fails, and it never waits for a writer. */
  readonly read: Kysely<Database>;
  /** The same for one row that is asked for all the time, by the engine's own statement. */
  readRow<Row>(sql: string, parameters: readonly unknown[]): Promise<Row | undefined>;
  /** The same for a query that looks at much, such as a count: beside the serving thread where it would stop it. */
  readonly aside: Kysely<Database>;
  /** How wallets are named in this database. */
  readonly walletIds: WalletIds;
  /** How many works wait to be stored. */
  queueDepth(): number;
  /** One moment of the database, to be read at length; whoever opens it closes it. */
  openSnapshot(): Promise<Snapshot>;
  /** The same for a page: it keeps nobody waiting, and is closed soon. With what is read first of it, which takes no turn of its own. */
  openMoment(): Promise<Snapshot>;
  openMoment<Seen>(look: FirstLook<Seen>): Promise<Snapshot & { readonly seen: Seen }>;
  /** Tells of what turned, once; gives whether it did. */
  tellTurn(turn: Turn): Promise<boolean>;
  /** For looking at all of it beside live traffic; whoever opens them closes them. */
  openSlices(): Slices;
  /** Sessions, attempts to sign in, and who decided what. */
  readonly people: People;
  /**
   * Resolves after the commit with what `work` decided; rejects if it alone could not be decided or stored, and at once
   * while more waits than memory should hold.
   */
  write<Result>(work: Work<Result>): Promise<Result>;
  /** Whether an error is the database's fault, or says that it is not fast enough: not of what was asked of it. */
  isUnavailable(error: unknown): boolean;
  /** Fails if the database does not answer. */
  ping(): Promise<void>;
  /** Why nothing can be stored now; `null` if something can. It takes two seconds at most. */
  trouble(): Promise<Trouble | null>;
  /** The number that a policy with these terms has, or gets, from now on the one that is in force. */
  putPolicyInForce(terms: Omit<Policy, "version">): Promise<number>;
  /** The number of the one that was put in force last; if there is none, `fallback` becomes the first. */
  policyInForce(fallback: Omit<Policy, "version">): Promise<number>;
  /** The number of a policy with these terms; `undefined` if they were never in force. */
  findPolicyVersion(terms: Omit<Policy, "version">): Promise<number | undefined>;
  /** All versions; the last one was put in force last. */
  policies(): Promise<Policy[]>;
  /** What was sold through it was looked for. */
  recognised(seller: DueSeller): Promise<void>;
  /** Removes some of what was decided under idempotency keys before then; gives how many. */
  forgetDecisions(before: Instant): Promise<number>;
  /** The right to do what only one process does at a time; `null` if another one holds it. */
  takeLease(name: string, until: Instant): Promise<Lease | null>;
  /** Whether it was still ours. */
  prolongLease(lease: Lease, until: Instant): Promise<boolean>;
  /** Adds to how many deliveries were refused. */
  addRefusedDeliveries(rows: readonly RefusedDeliveriesRow[]): Promise<void>;
  /** Whether it was saved: not once the lease is another's. */
  saveWatermark(mark: Watermark, lease: Lease): Promise<boolean>;
  /** Begins to keep a report or a list, row by row. */
  openStatement(statement: NewStatement): Promise<OpenStatement>;
  /** In one transaction, and once: also if its answer was lost and it is done again. */
  addStatementLines(statement: OpenStatement, lines: ReadLines): Promise<void>;
  finishStatement(statement: OpenStatement, end: ReportEnd): Promise<void>;
  /** Stores a part of a run; whether it was stored: not once the lease is another's. */
  saveReconciledPage(page: ReconciledPage, lease: Lease): Promise<boolean>;
  /** Claims for a run the lines that agree with what we hold; `null` once the lease is another's: then none. */
  saveMatches(matching: Matching, lease: Lease): Promise<Matched | null>;
  /** Subjects with a balance row of a window that no line of a run agrees with. */
  unmatchedSubjects(...asked: AskedOf<typeof unmatchedSubjects>): Promise<UnmatchedSubjects>;
  /** Subjects whose balance rows the database cannot compare. */
  subjectsByWord(...asked: AskedOf<typeof subjectsByWord>): Promise<readonly bigint[]>;
  /** How a run ended; whether it was ours to end. */
  finishRun(run: Run, lease: Lease): Promise<boolean>;
  /** Forgets what a run said before it was broken off; whether it was ours to begin again. */
  forgetReconciledRows(run: bigint, lease: Lease): Promise<boolean>;
  /** Keeps what an audit said. */
  keepAudit(verdict: AuditVerdict, times: { begunAt: Instant; endedAt: Instant }): Promise<void>;
  /** Adds so many entries, at most, to what accounts come to day by day; gives how many it added. */
  addAccountDays(size: number): Promise<number>;
  migrate(): Promise<void>;
  /** Names of migrations that are still to be applied. */
  pendingMigrations(): Promise<readonly string[]>;
  /** The same, and the names of migrations that a newer version applied. */
  schema(): Promise<SchemaState>;
  /** What the engine says of itself and of how safely it writes. */
  settings(): Promise<Record<string, string>>;
  /** What of a SQLite file is damaged; it reads all of it. */
  damage(): Promise<readonly string[]>;
  /** Takes no further works, finishes those that wait, and lets the database go. */
  close(): Promise<void>;
}

/** What is asked of an engine. */
type AskedOf<Query> = Query extends (engine: never, ...asked: infer Asked) => unknown ? Asked : never;

/** Opens the database. @throws Error if the URL names no engine we know, or the database cannot be opened. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const migration = () => ({ now: options.clock.now(), beside: options.beside ?? false });
  const engine = await opening(options);
  let walletIds: WalletIds | undefined;
  const idsOfWallets = () => {
    if (walletIds === undefined) throw new Error("Wallets have no ids before the database is migrated.");
    return walletIds;
  };
  try {
    if (!options.isForPages) await retrying(engine, () => engine.checkSessions(), atStart);
    if (options.migrate) {
      await retrying(engine, () => migrate(engine, migration()), atStart);
      engine.migrated();
    }
    walletIds = await retrying(engine, () => walletIdsOf(engine, options), atStart);
  } catch (error) {
    await engine.close();
    throw error;
  }
  const { clock, observeBatch: observe = () => {}, batchesAtOnce } = options;
  const writability = new Writability(engine);
  const queue = new WriteQueue({
    engine,
    walletIds: idsOfWallets,
    clock,
    writability,
    observe,
    batchesAtOnce,
  });
  const deciding = ({ read, close }: OpenSnapshot): Snapshot => ({
    read,
    decide: (work) => decideOn(read, work, { engine, walletIds: idsOfWallets(), now: clock.now() }),
    close,
  });
  return {
    engine: engine.name,
    read: engine.reader,
    readRow: (sql, parameters) => engine.readRow(sql, parameters),
    aside: engine.aside,
    get walletIds() {
      return idsOfWallets();
    },
    queueDepth: () => queue.depth,
    people: peopleOf(engine),
    openSnapshot: async () => deciding(await engine.openSnapshot()),
    openMoment: async <Seen>(look: FirstLook<Seen> = anyRow as FirstLook<never>) => {
      const moment = await engine.openMoment(look);
      return { ...deciding(moment), seen: moment.seen };
    },
    tellTurn: (turn) => tellTurn(engine, turn),
    openSlices: () => new Slices(engine.slices, async () => deciding(await engine.slices.open())),
    write: (work) => queue.write(work),
    isUnavailable: (error) => errorCode(error) === queueFull || engine.faultOf(error).of !== "work",
    ping: async () => {
      engine.checkInPlace();
      await sql`select 1`.execute(engine.reader);
    },
    trouble: () => writability.trouble(),
    putPolicyInForce: (terms) =>
      retrying(engine, () => putPolicyInForce(engine, terms, options.clock.now()), atStart),
    policyInForce: (fallback) =>
      retrying(engine, () => policyInForce(engine, fallback, options.clock.now()), atStart),
    findPolicyVersion: (terms) => findPolicyVersion(engine.reader, terms),
    policies: () => storedPolicies(engine.reader),
    recognised: (seller) => retrying(engine, () => saveRound(engine.writer, seller)),
    forgetDecisions: (before) => retrying(engine, () => forgetDecisions(engine, before)),
    takeLease: (name, until) => takeLease(engine, name, { now: options.clock.now(), until }),
    prolongLease: (lease, until) => prolongLease(engine, lease, until),
    addRefusedDeliveries: (rows) => addRefusedDeliveries(engine, rows),
    saveWatermark: (mark, lease) => saveWatermark(engine, mark, lease),
    openStatement: (statement) => openStatement(engine, statement),
    addStatementLines: (statement, lines) => addStatementLines(engine, statement, lines),
    finishStatement: (statement, end) => finishStatement(engine, statement, end),
    saveReconciledPage: (page, lease) => saveReconciledPage(engine, page, lease),
    saveMatches: (matching, lease) => saveMatches(engine, matching, lease),
    unmatchedSubjects: (...asked) => unmatchedSubjects(engine, ...asked),
    subjectsByWord: (...asked) => subjectsByWord(engine, ...asked),
    finishRun: (run, lease) => finishRun(engine, run, lease),
    forgetReconciledRows: (run, lease) => forgetRows(engine, run, lease),
    keepAudit: (verdict, times) => keepAudit(engine, verdict, times),
    addAccountDays: (size) => addAccountDays(engine, size),
    migrate: async () => {
      await retrying(engine, () => migrate(engine, migration()), atStart);
      walletIds ??= await retrying(engine, () => walletIdsOf(engine, options), atStart);
    },
    pendingMigrations: async () => (await schemaState(engine)).pending,
    schema: () => schemaState(engine),
    settings: () => engineSettings(engine),
    damage: () => damageOf(engine),
    close: async () => {
      await queue.close();
      await engine.close();
    },
  };
}

/** Who only looks writes nothing, and says himself what does not answer. A database that is to be migrated first has none. */
async function walletIdsOf(
  engine: Engine,
  { installationKey: given = null, installationSecrets: secrets = [], mustExist = false }: StoreOptions,
): Promise<WalletIds | undefined> {
  const { pending } = await schemaState(engine);
  if (pending.length > 0) return undefined;
  return mustExist ? findWalletIds(engine, given) : openWalletIds(engine, { given, secrets });
}

/** Who starts can wait: another process may hold the file for a while, or PostgreSQL be starting too. */
const atStart = { patienceMilliseconds: 5_000 };

/** A SQLite file is read when it is opened, PostgreSQL is not. */
/** Whether what kept the database from being opened or used may be over at the next start. */
export const mayPassAtStart = (databaseUrl: string, error: unknown): boolean =>
  mayPass((databaseUrl.startsWith("sqlite:") ? sqliteFault : postgresFault)(error));

function opening(options: StoreOptions): Promise<Engine> {
  return retrying({ faultOf: sqliteFault }, async () => openEngine(options), atStart);
}

function openEngine({
  databaseUrl,
  mustExist = false,
  migrate,
  log,
  isForPages = false,
  ...options
}: StoreOptions): Engine {
  if (databaseUrl.startsWith("sqlite:"))
    return openSqlite(databaseUrl.slice("sqlite:".length), { mustExist, migrate, isForPages });
  if (!/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    throw new Error("A database URL begins with sqlite: or postgres://.");
  }
  return openPostgres({
    url: databaseUrl,
    schema: options.schema ?? null,
    connections: options.connections ?? null,
    isForPages,
    onConnectionLost: (error) => log?.warn({ error: error.message }, "A database connection was lost."),
  });
}
