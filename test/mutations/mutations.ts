/** One rule of the domain, broken on purpose: a text of one file that occurs exactly once, and what it becomes. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function inFile(
  file: string,
  ...changes: readonly (readonly [name: string, from: string, to: string])[]
): Mutation[] {
  return changes.map(([name, from, to]) => ({ name, file: `src/${file}`, from, to }));
}

/** Each is a mistake that somebody has made, or nearly. */
export const mutations: readonly Mutation[] = [
  ...inFile(
    "domain/wallet/wallet-side.ts",
    [
      "plan anew what another charge sold",
      'kind === "paid" && chargeId === cause.chargeId',
      'kind === "paid"',
    ],
    [
      "spend the last plan first",
      "    .reverse()\n    .map(({ ordinal: _, ...lot })",
      "    .map(({ ordinal: _, ...lot })",
    ],
    ["leave a spent lot as it was planned before", "newTerms.has(lot.ordinal) || kept", "kept"],
  ),
  ...inFile("domain/wallet/wallet-side.ts", [
    "take a second time what is given back",
    'back.kind === "restore" ? null : restore(wallet',
    "back.amount > 0n ? null : restore(wallet",
  ]),
  ...inFile(
    "domain/place/live.ts",
    [
      "keep of documents that are open or past due by turns the first and the last",
      "if (alternating.includes(stage) && !isBeyond) return own;",
      "",
    ],
    [
      "keep of a dispute that is decided the first and the last that say so",
      'fact.state === "won" || fact.state === "lost" ? fact : wordsBut()(fact)',
      "wordsBut()(fact)",
    ],
    ["forget attempts", "of fact.payments ?? []) told", "of [] as never) told"],
    [
      "keep what was said last by the provider's clock alone",
      "const orders = [byTime, bySaying, byEvent]",
      "const orders = [byTime]",
    ],
  ),
  ...inFile("domain/reconciling/resolve.ts", [
    "write off more than the policy allows",
    "limit !== undefined && limit < whole ? limit : whole",
    "whole",
  ]),
  ...inFile("domain/policy/tax-contained.ts", [
    "say that value sold without tax contains it",
    "filter(({ rule }) => counts[rule.basis].tax)",
    "filter(() => true)",
  ]),
  ...inFile("domain/facts/metadata.ts", [
    "look past an attachment that is no object",
    "valueAt(metadata, key) ?? valueAt(metadata, wholeAttachment)",
    "valueAt(metadata, key)",
  ]),
  ...inFile("domain/policy/owner.ts", [
    "say nothing of what was looked at before the owner",
    "keys.slice(0, found)",
    "[]",
  ]),
  ...inFile("domain/decide.ts", [
    "go on expecting an owner of what is pinned",
    "expected: pin === null ? expectedOwner(books, before, charge, policy) : null",
    "expected: expectedOwner(books, before, charge, policy)",
  ]),
  ...inFile("domain/decide.ts", [
    "look for the owner in metadata where a link says it",
    "linkedOwner(books, charge) === undefined ? ownerMetadataFindings(charge, policy) : []",
    "ownerMetadataFindings(charge, policy)",
  ]),
  ...inFile(
    "domain/decide.ts",
    [
      "let a customer that becomes known later take a charge from whom a person gave it to",
      "assigned ?? toldOwner(books, charge, policy)",
      "toldOwner(books, charge, policy) ?? assigned",
    ],
    [
      "take a charge back from its owner though something of it was spent",
      "uncovered === 0n && uncoveredMoves.length === 0 && lotMoves.every(({ ordinal }) => own.has(ordinal))",
      "true",
    ],
  ),
  ...inFile("domain/policy/policy.ts", [
    "ask rules after the one that matched",
    "first < 0 ? policy.rules : policy.rules.slice(0, first)",
    "policy.rules",
  ]),
  ...inFile(
    "domain/charge/fold-linked.ts",
    [
      "count credit as cash",
      "sum(captured(document.payments).map((payment) => payment.amount))",
      'sum(captured(document.payments).map((payment) => payment.amount)) + (document.value("creditApplied") ?? 0n)',
    ],
    ["sum up attempts that were not captured", "payments.filter((payment) => payment.captured)", "payments"],
  ),
  ...inFile(
    "domain/charge/fold.ts",
    ["count an alert as disputed", "movement.effective && !movement.warning &&", "movement.effective &&"],
    [
      "let what was called off ask for its total",
      'stage === "void" ? grandTotal : loweredBy(movements)',
      "loweredBy(movements)",
    ],
    ["count every credit as lowering the document", "movement.toCustomerBalance === false", "true"],
  ),
  ...inFile(
    "domain/charge/fold-document.ts",
    ["order by arrival", "ranks[a.stage] - ranks[b.stage] || compareStamps(a.stamp, b.stamp)", "0"],
    ["order by time alone", "ranks[a.stage] - ranks[b.stage] || compareStamps", "compareStamps"],
    [
      "erase by null",
      "binding.find((fact) => (fact[field] ?? null) !== null)?.[field] ?? null",
      "binding[0]?.[field] ?? null",
    ],
    [
      "erase by what an event has no field for",
      "(fact[field] ?? null) !== null)?.[field]",
      "fact[field] !== null)?.[field]",
    ],
    ["let no draft erase", "ordered.slice(Math.max(drafts - 1, 0))", "ordered"],
    ["let canceled win over paid", "void: 4,", "void: 7,"],
    ["sum payment attempts twice", "[...byRef.values()].sort(", "lists.flat().sort("],
    ["forget what was captured", "payment.captured || byRef.get(payment.ref)?.captured !== true", "true"],
  ),
  ...inFile(
    "domain/place/linked-payments.ts",
    ["take what was let go off a count that has it not", ">= letGo);", ">= 0n);"],
    ["leave in the count what was let go", "fact.amount === captured ? letGo : 0n", "false ? letGo : 0n"],
    ["take every refund of that amount for the release", "createdAt <= capturedBy + grace)", "true)"],
    ["give back what was let go", "refunds.filter((refund) => refund !== release)", "refunds"],
    ["believe the first count", "const latest = counts.at(-1);", "const latest = counts[0];"],
    ["explain a count by refunds of any time", "createdAt <= at + grace || makesIt", "true"],
    [
      "date what is untold by the latest count",
      "counts.find((count) => beyond(count, refunds) >= amount)",
      "latest",
    ],
    ["list what was never alone", "heardAt <= count.at + together", "false"],
    ["believe that what succeeded cannot fail", 'fact.status === "failed" && tookBy.has(fact.ref)', "false"],
    ["date a payment's failure by its event", "row?.createdAt ?? saidAt(first)", "saidAt(first)"],
    ["give back twice what had failed as well", "maximum(captured - known, 0n)", "captured"],
  ),
  ...inFile(
    "domain/place/linked-movements.ts",
    ["let a release take money", "if (released.has(ref))", "if (false)"],
    ["date a failed refund by its event", "(isUndone(fact) ? dated(fact, rows.undoneRow) : fact)", "fact"],
    ["ask an object whether a refund failed", 'saidBy(rows.undoneRow, "failed")', "[]"],
  ),
  ...inFile("domain/book/book-own.ts", [
    "forget what both rows of a failed refund leave",
    "if (row === null || undoneRow === null) return;",
    "return;",
  ]),
  ...inFile("domain/charge/as-of.ts", [
    "know of a row before it was made",
    "row?.createdAt != null && row.createdAt > at ? null : row",
    "row",
  ]),
  ...inFile("domain/charge/checks.ts", [
    "say nothing of credit that follows from what was asked alone",
    "unstatedCredit === 0n ||",
    "true ||",
  ]),
  ...inFile(
    "domain/credit/customer-credit.ts",
    [
      "leave a customer the credit that no balance tells",
      "starting - ending - unstated",
      "starting - ending",
    ],
    ["hold a customer to a balance that cannot be", "unstated === 0n ? -starting : null", "-starting"],
  ),
  ...inFile("domain/facts/facts.ts", [
    "compare milliseconds",
    "if (a.occurredAt !== b.occurredAt)",
    "if (a.occurredAt / 1_000_000n !== b.occurredAt / 1_000_000n)",
  ]),
  ...inFile(
    "domain/charge/fold-movements.ts",
    [
      "post a refund while it is pending",
      'return status === "approved" || status === "succeeded";',
      'return status !== "rejected";',
    ],
    [
      "never undo a refund",
      'return status === "approved" || status === "succeeded";',
      'return status === "approved" || status === "reversed";',
    ],
    [
      "reverse twice: by the status and by the reversal",
      'return status === "approved" || status === "reversed" || status === "succeeded";',
      'return status === "approved" || status === "succeeded";',
    ],
    [
      "wait for a credit's approval",
      'return status !== "rejected" && status !== "failed" && status !== "canceled";',
      'return status === "approved" || status === "succeeded";',
    ],
  ),
  ...inFile(
    "domain/policy/wallet-targets.ts",
    ["take nothing back by a document below zero", " + takenBackByItself(this.#charge, this.#lines)", ""],
    ["take back more than became credit", "0n, creditIssued ?? 0n)", "0n, -total)"],
    [
      "take back by itself under every basis",
      'ways[rule.effect] === "in" && counts[rule.basis].credit);',
      'ways[rule.effect] === "in");',
    ],
    [
      "use total instead of what was collected",
      "cash.amount + (charge.creditApplied ?? 0n) : cash.amount;",
      "cash.amount + (charge.creditApplied ?? 0n) : (charge.total ?? 0n);",
    ],
    ["use total instead of grand total", "(charge.grandTotal ?? 0n)", "total"],
    ["leave the tax in", "counts[this.#basis].tax ||", "true ||"],
  ),
  ...inFile(
    "domain/policy/returned.ts",
    [
      "take a shared id for a line that is not known",
      "if (sharing.length === 0) return",
      "if (sharing.length >= 0) return",
    ],
    [
      "forget the cap on all",
      "if (returned.everything) return target;",
      "if (returned.everything) return returned.amount;",
    ],
    [
      "forget the cap on a line",
      "clamp(namedHere + shared + beyondOthers, 0n, paid)",
      "namedHere + shared + beyondOthers",
    ],
    [
      "give back lines that a refund does not name",
      "for (const named of movement.lines)",
      "for (const named of [])",
    ],
    ["take value back for an alert", "if (movement.warning) return false;", ""],
    ["take cash back for a credit", "isCredit ? counts[basis].credit &&", "isCredit ?"],
    ["let a reversal hide a refund", ".filter(({ gross }) => gross >= 0n)", ""],
  ),
  ...inFile(
    "domain/policy/shares.ts",
    [
      "round half up",
      "floorDivide(amount * weight, whole)",
      "floorDivide(2n * amount * weight + whole, 2n * whole)",
    ],
    ["forget what rounding left over", "byFraction.slice(0, left)", "byFraction.slice(0, 0)"],
  ),
  ...inFile(
    "domain/book/book-own.ts",
    ["give a dispute the tax of its sale", "isDispute(movement) ? 0n : movement.tax", "movement.tax"],
    [
      "count what a dispute costs as a fee",
      "disputeFee: isFee ? row.fee - row.gross : row.fee - fromFee,",
      "disputeFee: 0n,",
    ],
    [
      "settle what is undone by its first row",
      "movement.effective ? rowOf(movement) : leftOf(movement)",
      "rowOf(movement)",
    ],
  ),
  ...inFile(
    "domain/book/book-merchant-of-record.ts",
    ["leave the dispute's fee out of the net", "-sign * earnings - cost", "-sign * earnings"],
    [
      "take a fee from nothing",
      "const { fee, earnings, settlement } = charge;",
      "const { settlement } = charge; const fee = charge.fee ?? owed / 20n; const earnings = charge.earnings ?? owed - fee;",
    ],
    ["book an alert like a chargeback", "if (movement.warning) return;", ""],
    ["forget the second currency", "settlement === null || settlement.currency === charge.currency", "true"],
  ),
  ...inFile(
    "domain/book/book.ts",
    [
      "book a lowering credit before its document",
      "movement.toCustomerBalance === false ? settledAt : movement.occurredAt",
      "movement.occurredAt",
    ],
    ["book what is in the opening entry", "const isEarlier = !inBooks(counts) ||", "const isEarlier ="],
  ),
  ...inFile(
    "domain/policy/pin.ts",
    [
      "settle at paid",
      'policy.settleOn[charge.key.provider] === "completed" && charge.grandTotal !== 0n',
      "false",
    ],
    [
      "let an owner change",
      "if (pin.owner !== null || owner === null) return pin;",
      "if (owner === null) return pin;",
    ],
  ),
  ...inFile(
    "domain/decide.ts",
    [
      "ignore the pinned policy",
      "before.pin === null ? policies.current : policies.version(before.pin.policyVersion)",
      "policies.current",
    ],
    ["ignore the pinned rules", "before.pin ?? firstPin(policy, charge)", "firstPin(policy, charge)"],
  ),
  ...inFile(
    "domain/book/book.ts",
    [
      "book what comes back from before as income",
      "!inBooks(counts) || returning?.has(movement.id) === true",
      "!inBooks(counts)",
    ],
    ["leave the steps of before the start", "else if (earlier.inBooks(moment))", "else"],
  ),
  ...inFile("domain/book/post-difference.ts", [
    "post the target, not the difference",
    "target.minus(before.posted).steps()",
    "target.steps()",
  ]),
  ...inFile(
    "domain/charge/as-of.ts",
    [
      "keep in effect what was undone",
      "from <= at && (movement.undoneAt === null || at < movement.undoneAt)",
      "from <= at",
    ],
    [
      "let what is captured with its document wait for it",
      "settles === null || quarterOf(capturedAt) < quarterOf(settles)",
      "true",
    ],
    [
      "know a dispute's end before it is decided",
      "dispute.decidedAt !== null && dispute.decidedAt > at",
      "false",
    ],
  ),
  ...inFile("domain/charge/fold-document.ts", [
    "date a document by what a list says, whatever was heard",
    "ofTheMoment.length > 0 ? ofTheMoment : facts",
    "facts",
  ]),
  ...inFile("domain/transfer/payout.ts", [
    "date a payout by when it was told",
    "arrivalOn === null ? paidAt : noonOf(arrivalOn)",
    "paidAt",
  ]),
  ...inFile("domain/policy/policy.ts", [
    "let the last rule win",
    "policy.rules.find(",
    "policy.rules.findLast(",
  ]),
  ...inFile(
    "domain/wallet/wallet-side.ts",
    ["forget what an unsettled charge has posted", "return unmoved(before);", "return before;"],
    ["revive a lot's due rest", "this.#expire();\n    this.#add(restore(", "this.#add(restore("],
  ),
  ...inFile(
    "domain/wallet/wallet-steps.ts",
    ["move S and T apart", "const backs = early.flatMap(pair);", "const backs = early;"],
    ["sell again what grew back", "toppedUp)) - soldOnce, 0n)", "toppedUp)), 0n)"],
  ),
  ...inFile("domain/wallet/moves.ts", [
    "owe what was taken and given back at once",
    "uncoveredMoves: line.uncoveredMoves.map((move) => ({ ...move, amount: -move.amount })),",
    "uncoveredMoves: [],",
  ]),
  ...inFile("domain/policy/lot-plans.ts", [
    "plan a grown charge's lots anew",
    "already = minimum(left, plan.amount)",
    "already = 0n",
  ]),
  ...inFile(
    "domain/wallet/moves.ts",
    ["take promo value", 'wallet.lots.filter((lot) => lot.kind === "paid")', "wallet.lots"],
    [
      "skip own lots first",
      "const own = paid.filter((lot) => lot.chargeId === cause.chargeId);\n  const others = paid.filter((lot) => lot.chargeId !== cause.chargeId);",
      "const own = paid; const others = [];",
    ],
    ["make a debt of what expired", 'draw(own, amount - left.drawn, "expired")', 'draw([], 0n, "expired")'],
    [
      "leave what is held",
      'draw(others, amount - left.drawn - expired.drawn, "remaining")',
      'draw(wallet.held > 0n ? [] : others, amount - left.drawn - expired.drawn, "remaining")',
    ],
    ["recover under every policy", 'onUncovered === "recover" ? "recovery" : "write_off"', '"recovery"'],
  ),
  ...inFile("domain/wallet/moves.ts", [
    "restore before undoing write-offs",
    "undoUncovered(wallet, cause.chargeId, amount, lines)",
    "[]",
  ]),
  ...inFile(
    "domain/wallet/moves.ts",
    ["repay the newest first", "wallet.recoveries.flatMap(", "wallet.recoveries.toReversed().flatMap("],
    ["undo another charge's write-off", ".filter((move) => move.chargeId === chargeId)", ""],
  ),
  ...inFile("domain/wallet/moves.ts", ["repay nothing", "repay(wallet, requested)", "repay(wallet, 0n)"]),
  ...inFile(
    "domain/wallet/lots.ts",
    ["spend a lot at the moment it expires", "lot.expiresAt <= now", "lot.expiresAt < now"],
    ["give back to the first lot taken", "[...takings.values()].reverse()", "[...takings.values()]"],
    ["spend the latest expiry first", "return a < b ? -1 : 1;", "return a < b ? 1 : -1;"],
  ),
  ...inFile(
    "domain/wallet/moves.ts",
    ["forget breakage", "accounts.promo : accounts.breakage", "accounts.promo : accounts.usagePaid"],
    ["expire what is held", "draw(due, availableOf(wallet)", "draw(due, wallet.paid + wallet.promo"],
  ),
  ...inFile("domain/wallet/moves.ts", [
    "spend what is held",
    "minimum(amount, availableOf(wallet))",
    "minimum(amount, wallet.paid + wallet.promo)",
  ]),
  ...inFile("domain/outbox/messages.ts", [
    "keep silent about a reversal known before",
    'before.settledAt === null ? "none" : ',
    "",
  ]),
  ...inFile(
    "domain/outbox/delivery.ts",
    ["let a worker finish what it has lost", " || delivery.attempts !== attempt", ""],
    ["send what another worker has", " || delivery.nextAt > now", ""],
    ["give up hours before the three days are over", "next < end ? next : end", "next"],
    ["retry all that failed together at once", "(2 / 3 + (chance * 2) / 3)", "1"],
    ["give a message that is retried by hand no time", "nextAt: now, firstTriedAt: null", "nextAt: now"],
  ),
  ...inFile(
    "domain/charge/withheld.ts",
    [
      "count what a provider keeps as tax as its fee",
      "const fromFee = row.withheldTax ?? 0n;",
      "const fromFee = 0n;",
    ],
    ["let no row have the money without its tax", "fromFee === 0n && row.gross === amount - tax", "false"],
  ),
  ...inFile("domain/book/book-template.ts", [
    "owe the tax of what the provider sells itself",
    "linked?.providerSells ? accounts.unsettled(key) : accounts.tax(key)",
    "linked === undefined ? accounts.unsettled(key) : accounts.tax(key)",
  ]),
  ...inFile("domain/facts/seller.ts", [
    "let a link overrule what its checkout says",
    "fact.providerSells !== false ? fact.linkRef",
    "fact.linkRef !== null ? fact.linkRef",
  ]),
  ...inFile("domain/place/standalone.ts", [
    "in a shop without invoices let a payment that names one be a sale",
    "(unlessInvoiced && !namesOne)",
    "unlessInvoiced",
  ]),
  ...inFile(
    "domain/place/linked-homes.ts",
    [
      "take every payment for one of its own",
      "const proven = standsAlone(found, unlessInvoiced);",
      "const proven = found.facts.length > 0;",
    ],
    [
      "let a payment go before its invoice is paid",
      "proven && !invoices.some(isPaid)",
      "proven && invoices.length === 0",
    ],
  ),
  ...inFile("domain/place/linked-payments.ts", [
    "count an intent and its charge as two",
    "const refs = attempts.length > 0 ? attempts : [ref];",
    "const refs = [ref, ...attempts];",
  ]),
  ...inFile("domain/place/linked-homes.ts", ["share a payment evenly", "whole > 0n", "whole < 0n"]),
  ...inFile(
    "domain/place/linked-movements.ts",
    [
      "share every refund as if it were the first",
      "const weights = sum(left) > 0n ? left : part.weights;",
      "const weights = part.weights;",
    ],
    ["let what failed leave less", "if (stands(own)) left", "left"],
  ),
  ...inFile("domain/place/linked-movements.ts", [
    "lose what a cent's dispute cost",
    " || linked?.row?.fee",
    "",
  ]),
  ...inFile(
    "domain/place/linked-movements.ts",
    [
      "withdraw what is reinstated",
      'movement: row.gross < 0n ? "dispute" : "dispute_reversal",',
      'movement: "dispute",',
    ],
    ["forget rows that a later body lacks", "ordered.flatMap((fact) => fact.rows)", "latest.rows"],
  ),
  ...inFile("domain/place/linked-movements.ts", [
    "keep what a void note gave",
    'note.status === "void" ? "canceled" : "succeeded"',
    '"succeeded"',
  ]),
  ...inFile(
    "domain/charge/fold-linked.ts",
    ["take a record of outside money for cash", "paid.filter((one) => one.paymentRef !== null);", "paid;"],
    [
      "count a payment by both of its names",
      "(payment.amount ?? 0n) > 0n && !listed(payment)",
      "(payment.amount ?? 0n) > 0n",
    ],
    ["believe the invoice before its payments", "if (!seen && document !== null)", "if (document !== null)"],
  ),
  ...inFile("domain/charge/fold-movements.ts", [
    "give back what is only pending at Stripe",
    'return status === "approved" || status === "succeeded";',
    'return status === "approved" || status === "succeeded" || status === "pending";',
  ]),
  ...inFile(
    "domain/charge/fold.ts",
    [
      "cut the tax of each return by itself",
      "clamp(due - this.#taxBack,",
      "clamp(floorDivide(this.#tax * amount, this.#total),",
    ],
    [
      "leave tax owed for what all went back",
      "if (this.#returned >= this.#total) return this.#tax - this.#taxBack;",
      "",
    ],
  ),
  ...inFile("domain/policy/returned.ts", [
    "take its word under the policy that waits",
    'terms.cashEvidence === "stated" ||',
    "true ||",
  ]),
  ...inFile(
    "domain/book/book-own.ts",
    [
      "keep tax as revenue",
      "add(taxAccount(charge), -(charge.tax ?? 0n));",
      "add(accounts.sales, -(charge.tax ?? 0n));",
    ],
    ["forget credit that a document gives", "(creditApplied ?? 0n) - given", "(creditApplied ?? 0n)"],
  ),
  ...inFile(
    "domain/book/book-own.ts",
    [
      "take back a sale that never was",
      'if (!isSettled && charge.kind !== "unseen")',
      "if (!isSettled && false)",
    ],
    [
      "leave on a dispute's account what the exchange made",
      'if (state !== "won" || movement.linked?.endsExchange !== true) return;',
      "return;",
    ],
  ),
  ...inFile(
    "domain/place/linked-movements.ts",
    ["count a dispute's fee as withdrawn", "isFee(row) ? 0n : absolute(row.gross)", "absolute(row.gross)"],
    ["count a fee in another currency as withdrawn", "if (isFee(row)) return nothing;", ""],
    [
      "hold a dispute that came back at a worse rate",
      'if (state !== "won" && !isWithdrawnAnew && !isAllBack) return nothing;',
      "if (!isAllBack) return nothing;",
    ],
    [
      "give back a dispute that was withdrawn anew",
      "amount: all, endsExchange: false } : nothing",
      "amount: 0n, endsExchange: false } : nothing",
    ],
    [
      "give back before what is given back was withdrawn",
      "if (isWithdrawal(a) !== isWithdrawal(b)) return isWithdrawal(a) ? -1 : 1;",
      "",
    ],
  ),
  ...inFile("domain/book/book-template.ts", [
    "settle without clearing what was unsettled",
    "target.add(accounts.unsettled(charge.key), currency, -amount);",
    "",
  ]),
  ...inFile(
    "domain/place/place.ts",
    ["give a refund back on two payments", "if (refs.has(fact.ref)) return [];", ""],
    ["withdraw one row for two disputes", "filter(({ ref }) => !refs.has(ref))", "filter(() => true)"],
    [
      "forget that a payment has several names",
      "sets.some((names) => names.has(a) && names.has(b))",
      "false",
    ],
  ),
  ...inFile("domain/credit/count-credit.ts", [
    "say all of a customer's credit anew with every change",
    "issued: after.issued - before.issued,",
    "issued: after.issued,",
  ]),
  ...inFile("domain/reconciling/held-objects.ts", [
    "wait for money of what was given as credit",
    '? "credit_not_drawn" : "pending"',
    '? "pending" : "pending"',
  ]),
  ...inFile("domain/place/placement.ts", [
    "give one adjustment back on two transactions",
    'fact.kind === "movement" && stands(fact)',
    'fact.kind === "movement"',
  ]),
  ...inFile(
    "domain/credit/customer-credit.ts",
    [
      "open customers' credit with what is drawn of it only later",
      "at < start && (bookedAt === null || bookedAt >= start);",
      "false && at < start && (bookedAt === null || bookedAt >= start);",
    ],
    [
      "open customers' credit with what notes have given since",
      "return ownedBeforeSecond(first, since, () => earlier + before) - before;",
      "return ownedBeforeSecond(first, since, () => earlier + before);",
    ],
    [
      "count twice what a note gave in the second of the document that drew it",
      "return meanwhile !== 0n && ownedBefore",
      "return false && ownedBefore",
    ],
    [
      "open customers' credit with what any document of the second found",
      "const first = together.find((step) => !follows(step));",
      "const first = together[0];",
    ],
    [
      "forget what was known of customers' credit before the books began",
      "if (first === null) return earlier;",
      "if (first === null) return 0n;",
    ],
  ),
  ...inFile(
    "domain/spending/limit.ts",
    ["limit everybody by one member's limit", "(member === null || member === spent.member)", "true"],
    ["cover what a limit keeps", "bound === null || bound.left >= coverable", "true"],
    ["begin no period anew", 'period === "total" ? startsAt : beginOfPeriod(period, at, zone);', "startsAt;"],
  ),
  ...inFile("domain/spending/usage.ts", [
    "count usage in a period that has not begun",
    "occurredAt === null || occurredAt > appliedAt ? appliedAt : occurredAt;",
    "occurredAt ?? appliedAt;",
  ]),
  ...inFile("domain/spending/hold.ts", [
    "let no hold count against a limit",
    "counting(wallet.limits, spentByHold(hold), amount);",
    "wallet.limits;",
  ]),
  ...inFile("domain/spending/reverse-usage.ts", [
    "give a limit nothing back for what was reversed",
    "spentBy(part.usage, holdOf(part.usage)), -part.covered)",
    "spentBy(part.usage, holdOf(part.usage)), 0n)",
  ]),
  ...inFile("domain/place/dossier.ts", [
    "leave its value with a payment that found its invoice",
    "from.walletLines.map((line) => ({ ...line, chargeId: into.id }))",
    "from.walletLines.slice(0, 0)",
  ]),
  ...inFile("domain/place/dossier.ts", [
    "read the facts of a charge that was merged before",
    "const living = records.find((each) => each.mergedInto === null);",
    "const living = records[0];",
  ]),
  ...inFile("providers/stripe/invoice.ts", [
    "ask for the total",
    "grandTotal: sent.amount_due,",
    "grandTotal: sent.total,",
  ]),
  ...inFile("domain/event.ts", [
    "leave dismissed what was applied after all",
    "isDismissible(event) ? event : { ...event, ...notDismissed };",
    "event;",
  ]),
  ...inFile("providers/paddle/paddle.ts", [
    "use notification_id",
    "const { event_id: providerEventId,",
    "const { notification_id: providerEventId,",
  ]),
];
