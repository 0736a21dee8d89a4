/** Which option of the library stands for which variable of the environment; what is said of the one is said of the other. */
export const optionOf: Readonly<Record<string, string>> = {
  "OUTBOX_ALLOW_PRIVATE=on": "outbox.allowPrivate: true",
  "MIGRATE=beside": 'migrate: "beside"',
  DATABASE_SCHEMA: "databaseSchema",
  DATABASE_URL: "databaseUrl",
  POLICY_FILE: "policy",
  MODE: "mode",
  WEBHOOK_TOLERANCE_SECONDS: "toleranceSeconds",
  MIGRATE: "migrate",
  INSTALLATION_KEY: "installationKey",
  API_KEYS: "apiKeys",
  TOKEN_SECRET: "tokenSecrets",
  TOKEN_ORIGINS: "tokenOrigins",
  DATABASE_POOL: "pool",
  BACKFILL_EVERY_MINUTES: "everyMinutes.backfill",
  RECONCILE_EVERY_MINUTES: "everyMinutes.reconcile",
  PADDLE_API_KEY: "paddle.apiKey",
  PADDLE_API_URL: "paddle.apiUrl",
  PADDLE_WEBHOOK_SECRET: "paddle.webhookSecrets",
  STRIPE_API_KEY: "stripe.apiKey",
  STRIPE_API_URL: "stripe.apiUrl",
  STRIPE_WEBHOOK_SECRET: "stripe.webhookSecrets",
  OUTBOX_URL: "outbox.url",
  OUTBOX_SECRET: "outbox.secret",
};

/** A setting as whoever reads can set it: by its variable where a server runs, by its option within an app. */
export function setting(variable: string): string {
  const option = optionOf[variable];
  return option === undefined ? variable : `${variable} (in an app: the option ${option})`;
}
