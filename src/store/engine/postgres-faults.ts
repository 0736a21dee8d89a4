import { isKnownColumn } from "./columns.ts";
import { errorCode, type Fault, type Faults, faultNamed, ofTheWork } from "./faults.ts";

/**
 * SQLSTATE codes, and classes of them by their first characters (PostgreSQL's documentation, appendix A); below them the
 * codes of the socket, of TLS and of streams, and names of our own for errors that have words only. What is not listed is the
 * work's own: data that does not fit (22), a constraint (23), what a trigger raised (P0).
 */
const faults: Faults = {
  "08": { is: "connection_exception, and what a pooler says", of: "database", again: true },
  "0A000": { is: "feature_not_supported: a cached plan of before", of: "database", again: true, renew: true },
  "23505": { is: "unique_violation: somebody else stored the new row first", of: "work", again: true },
  "25": { is: "invalid_transaction_state", of: "database", again: true, renew: true },
  "25P02": {
    is: "in_failed_sql_transaction: what an earlier statement did to those behind it",
    of: "work",
    again: true,
  },
  "25006": { is: "read_only_sql_transaction", of: "database", again: true, renew: true, refusesWrites: true },
  "26000": { is: "invalid_sql_statement_name: another session's", of: "database", again: true, renew: true },
  "28": { is: "invalid_authorization_specification", of: "database" },
  "3D000": { is: "invalid_catalog_name: no such database", of: "database" },
  "3F000": { is: "invalid_schema_name", of: "part" },
  "40": { is: "transaction_rollback: serialization, deadlock", of: "database", again: true },
  "42501": { is: "insufficient_privilege", of: "part" },
  "42703": { is: "undefined_column", of: "part" },
  "42704": { is: "undefined_object", of: "part" },
  "42883": { is: "undefined_function", of: "part" },
  "42P01": { is: "undefined_table", of: "part" },
  "42P05": {
    is: "duplicate_prepared_statement: another session's",
    of: "database",
    again: true,
    renew: true,
  },
  "53": { is: "insufficient_resources: memory, configured limits", of: "database" },
  "53100": { is: "disk_full", of: "database", refusesWrites: true },
  "53300": { is: "too_many_connections", of: "database", again: true },
  "55": { is: "object_not_in_prerequisite_state", of: "database" },
  "55P03": { is: "lock_not_available", of: "database", again: true },
  "57": { is: "operator_intervention: shut down, starting, dropped", of: "database", again: true },
  "57014": { is: "query_canceled", of: "database", again: true },
  "58": { is: "system_error", of: "database" },
  "58030": { is: "io_error", of: "database", refusesWrites: true },
  F0: { is: "config_file_error", of: "database" },
  XX001: { is: "data_corrupted", of: "part" },
  XX002: { is: "index_corrupted", of: "part" },

  ECONN: { is: "reset, refused, aborted", of: "database", again: true },
  EPIPE: { is: "written to a connection that is closed", of: "database", again: true },
  EPROTO: { is: "TLS broke", of: "database" },
  EHOST: { is: "no way to the host", of: "database" },
  ENET: { is: "no network", of: "database" },
  EADDRNOTAVAIL: { is: "no port left to connect from", of: "database" },
  EAI_: { is: "the name was not resolved", of: "database" },
  ENOTFOUND: { is: "the name does not exist", of: "database" },
  ENOENT: { is: "no such socket file", of: "database" },
  EMFILE: { is: "too many open files in this process", of: "database" },
  ENFILE: { is: "too many open files on this machine", of: "database" },
  ENOBUFS: { is: "no memory for sockets", of: "database" },
  ETIMEDOUT: { is: "no answer in time", of: "database", renew: true },
  ERR_SOCKET: { is: "closed", of: "database", again: true },
  ERR_STREAM_DESTROYED: { is: "closed", of: "database", again: true },
  ERR_STREAM_WRITE_AFTER_END: { is: "closed", of: "database", again: true },
  ERR_TLS: { is: "the server's certificate", of: "database" },
  ERR_SSL: { is: "TLS", of: "database" },
  CERT_: { is: "the server's certificate", of: "database" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { is: "the server's certificate", of: "database" },
  SELF_SIGNED_CERT: { is: "the server's certificate", of: "database" },
  UNABLE_TO_: { is: "the server's certificate", of: "database" },

  unknown_column: { is: "another version added a column that must be filled", of: "part" },
  statement_timeout: { is: "the server cancelled what took too long", of: "database" },
  connection_lost: { is: "closed under a query, or before it", of: "database", again: true },
  not_connected: { is: "refused before a session began", of: "database" },
};

/** How errors begin that have no code, or one that says too little: the driver's, its pool's, Kysely's, PostgreSQL's. */
const words: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/^canceling statement due to statement timeout/, "statement_timeout"],
  [/^timeout expired/, "ETIMEDOUT"],
  [/^timeout exceeded when trying to connect/, "ETIMEDOUT"],
  [/^Connection terminated due to connection timeout/, "ETIMEDOUT"],
  [/^Query read timeout/, "ETIMEDOUT"],
  [/^Connection terminated/, "connection_lost"],
  [/^Client has encountered a connection error and is not queryable/, "connection_lost"],
  [/^Client was closed and is not queryable/, "connection_lost"],
  [/^Postgres connection has been discarded/, "connection_lost"],
  [/^Received unexpected \w+ message from backend/, "connection_lost"],
  [/^received invalid response/, "connection_lost"],
  [/^This socket has been ended by the other party/, "connection_lost"],
  [/^The server does not support SSL connections/, "not_connected"],
  [/^There was an error establishing an SSL connection/, "not_connected"],
  [/^unsupported startup parameter/, "not_connected"],
  [/^SASL: /, "not_connected"],
  [/^Unknown authenticationOk message type/, "not_connected"],
];

const notNullViolation = "23502";

export function postgresFault(error: unknown): Fault {
  const { message, table, column } = (error ?? {}) as Record<string, unknown>;
  const code = errorCode(error);
  const named = words.find(([beginning]) => beginning.test(String(message)))?.[1];
  const isForeign = code === notNullViolation && !isKnownColumn(String(table), String(column));
  const name = isForeign ? "unknown_column" : (named ?? code);
  return name === undefined ? ofTheWork : faultNamed(faults, name);
}
