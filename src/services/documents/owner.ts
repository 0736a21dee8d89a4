import type { OwnedCustomer, OwnerView } from "../../store/charges/read/owners.ts";
import { list, object, text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import { walletNoun } from "../../store/wallets/nouns/wallet.ts";

import { limitAnswer } from "./limit.ts";

const customer = answer<OwnedCustomer>()("OwnedCustomer", "A customer of a provider's.", () => ({
  provider: text,
  account: text,
  customerRef: text.example("ctm_01h"),
  linkedAt: time.nullable.about("When somebody linked it; null where its charges say whose it is."),
}));

export const ownerAnswer = answer<OwnerView>()("Owner", "What an owner has.", () => ({
  owner: text.about("The app's own key for its customer."),
  wallets: list(object(walletNoun)).about("By currency; none of somebody who never had value."),
  customers: list(object(customer)),
  limits: list(object(limitAnswer)).about("By their ids."),
}));
