import type { ProviderName } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { refusedDeliveries } from "../../store/inbox/refused-deliveries.ts";
import type { RefusedDeliveriesRow } from "../../store/schema.ts";
import { installationKey, keyedHash } from "../people/sessions.ts";
import type { Services } from "../services.ts";

type Inspected = Omit<Services, "policies">;

/** Deliveries that were answered with an error, for one reason. */
export interface RefusedDeliveries {
  readonly provider: ProviderName;
  /** What they were answered. */
  readonly code: string;
  readonly count: bigint;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Whether that was under the secrets that are configured now. */
  readonly isUnderTheseSecrets: boolean;
}

/** Who asks for a page by a browser, hangs up, or comes while the database is away, says nothing of a destination. */
const meaningless: ReadonlySet<string> = new Set([
  "method_not_allowed",
  "client_gone",
  "storage_unavailable",
]);

const shortestPauseMilliseconds = 30_000;

/**
 * Counts refused deliveries, so that somebody sees a wrong secret who does not read the log. Anybody can cause them: they are
 * counted in memory, by provider and reason, and one write in half a minute says how many there were.
 */
export class RefusalCounter {
  readonly #services: Inspected;
  readonly #counted = new Map<string, Omit<RefusedDeliveriesRow, "secrets">>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(services: Inspected) {
    this.#services = services;
  }

  add(provider: ProviderName, code: string): void {
    if (meaningless.has(code)) return;
    const now = this.#services.clock.now();
    const key = `${provider} ${code}`;
    const before = this.#counted.get(key) ?? { provider, code, count: 0n, first_at: now };
    this.#counted.set(key, { ...before, count: before.count + 1n, last_at: now });
    const wait = this.#writtenAt + shortestPauseMilliseconds - performance.now();
    this.#timer ??= setTimeout(() => void this.write(), Math.max(0, wait)).unref();
  }

  /** Writes what was counted since. */
  write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(() => this.#writeCounted());
    return this.#writing;
  }

  async #writeCounted(): Promise<void> {
    if (this.#counted.size === 0) return;
    const counted = [...this.#counted.values()];
    this.#counted.clear();
    try {
      const key = await installationKey(this.#services);
      await this.#services.store.addRefusedDeliveries(
        counted.map((row) => ({ ...row, secrets: secretsOf(this.#services, key, row.provider) })),
      );
    } catch (error) {
      this.#services.log.warn(
        { error: String(error) },
        "How many deliveries were refused could not be kept.",
      );
    }
  }
}

/** What was refused, and is kept. */
export async function readRefused(services: Inspected): Promise<RefusedDeliveries[]> {
  const rows = await refusedDeliveries(services.store.read);
  if (rows.length === 0) return [];
  const key = await installationKey(services);
  return rows.map(({ provider, code, count, first_at: firstAt, last_at: lastAt, secrets }) => ({
    provider,
    code,
    count,
    firstAt,
    lastAt,
    isUnderTheseSecrets: secrets === secretsOf(services, key, provider),
  }));
}

/** Tells whether a provider's secrets are the same, and nothing else of them. */
function secretsOf({ providers }: Inspected, key: Buffer, provider: ProviderName): string {
  const secrets = providers.get(provider)?.secrets ?? [];
  return keyedHash(key, "secrets", JSON.stringify(secrets.map(({ secret }) => secret)));
}
