export const standInKeys = { paddle: "pdl_key", stripe: "sk_test_key" };
export const stripeWebhookSecret = "whsec_of-the-tests";

/** How a server asks a stand-in. */
export function standInEnvironment(url: string): Record<string, string> {
  return {
    STRIPE_WEBHOOK_SECRET: stripeWebhookSecret,
    PADDLE_API_KEY: standInKeys.paddle,
    STRIPE_API_KEY: standInKeys.stripe,
    PADDLE_API_URL: url,
    STRIPE_API_URL: url,
  };
}
