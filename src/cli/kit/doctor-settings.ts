import { type Environment, readEnvironment, settingOf } from "../../config.ts";

/** A variable of the environment as a person may see it. */
export interface ShownSetting {
  readonly name: string;
  /** The one that says so, where it has our prefix: `TALLYHOOK_<name>`. */
  readonly variable?: string;
  /** Never a secret: those are only counted. */
  readonly value: string;
  readonly from: "environment" | ".env" | "default";
}

type Form = "plain" | "secret" | "list" | "url";

const settings: readonly (readonly [name: string, form: Form, fallback: string])[] = [
  ["HOST", "plain", "127.0.0.1"],
  ["PORT", "plain", "8787"],
  ["DATABASE_URL", "url", "sqlite:./data/tallyhook.db"],
  ["DATABASE_SCHEMA", "plain", "not set (public)"],
  ["DATABASE_POOL", "plain", "16"],
  ["INSTALLATION_KEY", "secret", "not set (the database keeps its own)"],
  ["MIGRATE", "plain", "on"],
  ["WORKERS", "plain", "on"],
  ["PADDLE_WEBHOOK_SECRET", "list", "not set"],
  ["PADDLE_API_KEY", "secret", "not set"],
  ["PADDLE_API_URL", "url", "Paddle's own"],
  ["STRIPE_WEBHOOK_SECRET", "list", "not set"],
  ["STRIPE_API_KEY", "secret", "not set"],
  ["STRIPE_API_URL", "url", "Stripe's own"],
  ["MODE", "plain", "any"],
  ["WEBHOOK_TOLERANCE_SECONDS", "plain", "300"],
  ["API_KEYS", "list", "not set"],
  ["CONSOLE_USERS", "list", "not set"],
  ["CONSOLE_ZONE", "plain", "UTC"],
  ["PUBLIC_URL", "url", "not set (addresses are shown, not judged)"],
  ["TRUST_PROXY", "plain", "not set (nobody's X-Forwarded-For counts)"],
  ["POLICY_FILE", "plain", "not set (everything tops up by its grand total)"],
  ["OUTBOX_URL", "url", "not set"],
  ["OUTBOX_SECRET", "secret", "not set"],
  ["OUTBOX_ALLOW_PRIVATE", "plain", "off"],
  ["BACKFILL_EVERY_MINUTES", "plain", "not set (on request only)"],
  ["RECONCILE_EVERY_MINUTES", "plain", "not set (on request only)"],
  ["LOG_LEVEL", "plain", "info"],
  ["METRICS_KEY", "secret", "not set (open)"],
  ["TOKEN_SECRET", "list", "not set (no tokens)"],
  ["TOKEN_ORIGINS", "plain", "not set"],
];

/** Every setting, with where it comes from: the process's environment goes before `.env`. */
export function shownSettings(environment: Environment = process.env, file = ".env"): ShownSetting[] {
  const all = readEnvironment(file, environment);
  return settings.map(([name, form, fallback]) => {
    const set = settingOf(all, name);
    if (set === undefined) return { name, value: fallback, from: "default" };
    const { variable, text } = set;
    const from = environment[variable] ? "environment" : ".env";
    return { name, ...(variable === name ? {} : { variable }), value: shown(text, form), from };
  });
}

function shown(text: string, form: Form): string {
  switch (form) {
    case "plain":
      return text;
    case "secret":
      return "set";
    case "list":
      return `set (${text.split(",").length})`;
    case "url":
      return withoutSecrets(text);
    default:
      return form satisfies never;
  }
}

/** A URL can hold a password before its host, and a token behind its path. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text) || text.startsWith("sqlite:")) return text;
  const url = new URL(text);
  if (url.password !== "") url.password = "***";
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, "***");
  return url.href;
}
