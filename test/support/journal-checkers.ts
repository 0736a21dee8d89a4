import { execFileSync, spawnSync } from "node:child_process";

/** Reads a journal strictly, or throws; gives what each account holds: `account commodity` → amount. */
export interface JournalChecker {
  readonly name: string;
  balances(journal: string): ReadonlyMap<string, bigint>;
}

/**
 * hledger itself, and our own reader of the few words that our journals use. Where hledger is not installed (a laptop) our
 * own reader is all there is, and says so; with `HLEDGER=required`, as in CI, that is a failure.
 */
export function journalCheckers(): JournalChecker[] {
  if (isInstalled()) return [hledger, ownReader];
  const missing =
    "hledger is not installed (apt-get install hledger): its own verdict on the journal was NOT asked for.";
  if (process.env.HLEDGER === "required") throw new Error(missing);
  process.stderr.write(`\n*** ${missing} ***\n\n`);
  return [ownReader];
}

function isInstalled(): boolean {
  return spawnSync("hledger", ["--version"]).status === 0;
}

const hledger: JournalChecker = {
  name: "hledger",
  balances(journal) {
    run(journal, ["check", "--strict"]);
    const [, ...lines] = run(journal, [
      ..."balance --flat --empty --no-total --layout=bare -O csv".split(" "),
    ])
      .trim()
      .split("\n");
    return balancesOf(
      lines.map((line) => {
        const [account = "", commodity = "", amount = ""] = line.slice(1, -1).split('","');
        return [account, commodity, BigInt(amount)];
      }),
    );
  },
};

/** In the plainest locale there is: the journal has to be ASCII. */
function run(input: string, words: readonly string[]): string {
  const env = { PATH: process.env.PATH, LC_ALL: "C" };
  return execFileSync("hledger", ["-f", "-", ...words], {
    input,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: "pipe",
  });
}

const ownReader: JournalChecker = {
  name: "our own strict reader",
  balances(journal) {
    const declared = new Set<string>();
    const held = new Map<string, bigint>();
    let open = new Map<string, bigint>();
    for (const line of [...journal.split("\n"), ""]) {
      const declaration = /^(?:account|commodity 1\.) (\S+)$/.exec(line)?.[1];
      const posting = /^ {4}(\S+) {2}(-?\d+) (\w+)(?: = (-?\d+) (\w+))?$/.exec(line);
      if (declaration !== undefined) declared.add(declaration);
      else if (posting !== null) post(posting);
      else if (/^(?:$|\d{4}-\d\d-\d\d(?:=\d{4}-\d\d-\d\d)? \S)/.test(line)) open = closed(open);
      else if (!/^(?: {4})?; /.test(line)) throw new Error(`A line is not understood: ${line}`);
    }
    return balancesOf([...held].map(([name, amount]) => [...(name.split(" ") as [string, string]), amount]));

    function post([, account = "", amount = "", commodity = "", asserted, in_]: RegExpExecArray): void {
      if (!declared.has(account) || !declared.has(commodity)) throw new Error(`${account} is not declared.`);
      const name = `${account} ${commodity}`;
      held.set(name, (held.get(name) ?? 0n) + BigInt(amount));
      open.set(commodity, (open.get(commodity) ?? 0n) + BigInt(amount));
      if (asserted !== undefined && (in_ !== commodity || held.get(name) !== BigInt(asserted)))
        throw new Error(`${name} is ${held.get(name)}, not ${asserted}.`);
    }
  },
};

function closed(sums: ReadonlyMap<string, bigint>): Map<string, bigint> {
  for (const [commodity, sum] of sums) if (sum !== 0n) throw new Error(`${sum} ${commodity} are left over.`);
  return new Map();
}

/** Without what is empty. */
function balancesOf(rows: readonly (readonly [account: string, commodity: string, amount: bigint])[]) {
  return new Map(
    rows
      .filter(([, , amount]) => amount !== 0n)
      .map(([account, commodity, amount]) => [`${account} ${commodity}`, amount])
      .sort() as [string, bigint][],
  );
}
