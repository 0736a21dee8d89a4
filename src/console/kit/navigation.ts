/** The main pages in their order, and the letter that goes there after a `g`. */
export const navigation = [
  { path: "/", label: "Overview", key: "o" },
  { path: "/charges", label: "Charges", key: "c" },
  { path: "/movements", label: "Movements", key: "v" },
  { path: "/wallets", label: "Wallets", key: "w" },
  { path: "/payouts", label: "Payouts", key: "p" },
  { path: "/discrepancies", label: "Discrepancies", key: "d" },
  { path: "/reconciliations", label: "Comparisons", key: "r" },
  { path: "/statements", label: "Reports", key: "s" },
  { path: "/events", label: "Events", key: "e" },
  { path: "/outbox", label: "Outbox", key: "b" },
  { path: "/accounts", label: "Accounts", key: "a" },
  { path: "/no-owner", label: "No owner", key: "n" },
  { path: "/exports", label: "Exports", key: "x" },
  { path: "/audit", label: "Audit", key: "u" },
  { path: "/trail", label: "Trail", key: "t" },
  { path: "/help", label: "Help", key: "h" },
] as const;

/** Which of them a page is part of: the longest that its path begins with. */
export function sectionOf(path: string): string | undefined {
  return navigation
    .map((entry) => entry.path)
    .filter((main) => path === main || (main !== "/" && path.startsWith(`${main}/`)))
    .sort((a, b) => b.length - a.length)[0];
}
