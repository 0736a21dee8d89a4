import type { OwnProvider } from "../../domain/ids.ts";

/** What a variable asks for that holds something secret. */
export type SecretKind = `${OwnProvider} ${"secret" | "key"}` | "own";

/** What each is called where it is made, and how it begins. */
const wanted: Readonly<Record<Exclude<SecretKind, "own">, string>> = {
  "paddle secret": "the secret key of a notification destination of Paddle's (pdl_ntfset_…)",
  "paddle key": "an API key of Paddle's (pdl_live_apikey_… or pdl_sdbx_apikey_…)",
  "stripe secret": "the signing secret of a webhook destination of Stripe's (whsec_…)",
  "stripe key": "a restricted or secret key of Stripe's API (rk_… or sk_…)",
};

/**
 * By how they begin, as the providers make them. What begins with none of these may be anything: Paddle's older keys have no
 * beginning, whoever signs for tests makes up a secret, and `rk_` may well begin a reading key of one's own.
 */
const recognised: readonly (readonly [RegExp, SecretKind | null, looksLike: string])[] = [
  [/^pdl_ntfset_/, "paddle secret", wanted["paddle secret"]],
  [/^whsec_/, "stripe secret", wanted["stripe secret"]],
  [/^pdl_(?:live|sdbx)_/, "paddle key", wanted["paddle key"]],
  [/^[sr]k_(?:org_)?(?:live|test)_/, "stripe key", "a key of Stripe's API (sk_…, rk_…)"],
  [/^pk_(?:live|test)_/, null, "a publishable key of Stripe's (pk_…), which anybody may see"],
  [/^(?:live|test)_[0-9a-f]{27}$/, null, "a client-side token of Paddle's, which anybody may see"],
  [/^ntfset_[0-9a-z]{26}$/, null, "the id of a notification destination of Paddle's, which is no secret"],
  [/^we_[0-9A-Za-z]{16,}$/, null, "the id of a webhook destination of Stripe's, which is no secret"],
];

/** What is wrong with a secret that is recognisably of another kind than is asked for, without a letter of it. */
export function otherKindOf(asked: SecretKind, text: string): string | undefined {
  const [, kind, looksLike] = recognised.find(([begins]) => begins.test(text)) ?? [];
  if (looksLike === undefined || kind === asked) return undefined;
  const needed = asked === "own" ? "one of your own, made at random" : wanted[asked];
  return `looks like ${looksLike}; needed is ${needed}`;
}

/** Whose money a key reads, as far as it says so. */
export function modeOfKey(provider: OwnProvider, key: string): "live" | "test" | undefined {
  const [, mode] =
    { paddle: /^pdl_(live|sdbx)_/, stripe: /^[rs]k_(?:org_)?(live|test)_/ }[provider].exec(key) ?? [];
  if (mode === undefined) return undefined;
  return mode === "live" ? "live" : "test";
}
