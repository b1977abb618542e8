// The words and signs of a data set: what spend and outcome are counted in, and how people say it.

import { MISSING, Numbers, plus } from "./number";
import type { Quantiles } from "./number";

/** What decides the words; every document of the API carries it. */
export interface Units {
  /** ISO code, or a sign where only that is known; null where the currency is not known. */
  currency?: string | null;
  outcome_is_money: boolean;
  /** Currency code, or the KPI's name. */
  outcome_unit: string;
}

const WORDS: Record<string, string> = {
  EUR: "euro",
  USD: "dollar",
  GBP: "pound",
  CHF: "franc",
  JPY: "yen",
  SEK: "krona",
  NOK: "krone",
  DKK: "krone",
  PLN: "zloty",
  INR: "rupee",
  BRL: "real",
  CNY: "yuan",
};

const SIGNS: Record<string, string> = { "€": "EUR", $: "USD", "£": "GBP", "¥": "JPY", "₹": "INR" };

function signOf(code: string, locale: string | undefined): string {
  try {
    const parts = new Intl.NumberFormat(locale, {
      style: "currency",
      currency: code,
      currencyDisplay: "narrowSymbol",
    }).formatToParts(1);
    const sign = parts.find((part) => part.type === "currency")?.value ?? code;
    return /[A-Za-z]$/.test(sign) ? `${sign} ` : sign;
  } catch {
    return `${code} `;
  }
}

export const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export class Terms {
  readonly numbers: Numbers;
  /** Sign before amounts of money; empty where the currency is not known. */
  readonly sign: string;
  /** One unit of spend as a word. */
  readonly unit: string;
  readonly outcomeIsMoney: boolean;
  /** What outcomes are called. */
  readonly outcomeName: string;

  constructor(units: Units, numbers: Numbers = new Numbers(), locale?: string) {
    const code = units.currency ? (SIGNS[units.currency] ?? units.currency) : null;
    this.numbers = numbers;
    this.sign = code ? signOf(code, locale) : "";
    this.unit = code ? (WORDS[code] ?? code) : "unit of spend";
    this.outcomeIsMoney = units.outcome_is_money;
    this.outcomeName = units.outcome_is_money ? "revenue" : units.outcome_unit;
  }

  private signed(value: number | null | undefined, text: string): string {
    if (text === MISSING) return text;
    return value != null && value < 0 ? `−${this.sign}${text.slice(1)}` : `${this.sign}${text}`;
  }

  /** Compact: `€1.2M`. */
  money(value: number | null | undefined): string {
    return this.signed(value, this.numbers.compact(value));
  }

  /** In full: `€1,234,567.89`; cents are two digits, or none. */
  moneyExact(value: number | null | undefined): string {
    return this.signed(value, this.numbers.exact(value, 2));
  }

  outcome(value: number | null | undefined): string {
    return this.outcomeIsMoney ? this.money(value) : this.numbers.compact(value);
  }

  outcomeExact(value: number | null | undefined): string {
    return this.outcomeIsMoney ? this.moneyExact(value) : this.numbers.exact(value);
  }

  private after(e: Quantiles): string {
    return this.numbers.range(e.q05, e.q95, (value) => this.numbers.compact(value));
  }

  /** Median and 90 % interval: `€1.2M (0.9M–1.5M)`. */
  outcomeInterval(e: Quantiles): string {
    return e.q50 == null ? MISSING : `${this.outcome(e.q50)} ${this.after(e)}`;
  }

  moneyInterval(e: Quantiles): string {
    return e.q50 == null ? MISSING : `${this.money(e.q50)} ${this.after(e)}`;
  }

  moneyChange(value: number | null | undefined): string {
    return plus(value, this.money(value));
  }

  outcomeChange(value: number | null | undefined): string {
    return plus(value, this.outcome(value));
  }

  outcomeChangeInterval(e: Quantiles): string {
    return e.q50 == null ? MISSING : `${this.outcomeChange(e.q50)} ${this.after(e)}`;
  }

  /** Cost per outcome; what more likely than not brings nothing has no price, only a floor. */
  costInterval(e: Quantiles): string {
    if (e.q50 == null && e.q05 != null) return `${this.money(e.q05)} or more`;
    return this.moneyInterval(e);
  }

  /** A return per unit of spend, with the sign of money where outcomes are money. */
  rate(value: number | null | undefined, digits = 2): string {
    const text = this.numbers.aligned(value, digits);
    return this.outcomeIsMoney ? this.signed(value, text) : text;
  }

  /** `€1.90 (1.40–2.50)`. */
  rateInterval(e: Quantiles, digits = 2): string {
    if (e.q50 == null) return MISSING;
    const range = this.numbers.range(e.q05, e.q95, (v) => this.numbers.aligned(v, digits));
    return `${this.rate(e.q50, digits)} ${range}`;
  }

  /** `Return per euro`, or `Conversions per euro`. */
  get returnPerUnit(): string {
    return this.outcomeIsMoney
      ? `Return per ${this.unit}`
      : `${capitalise(this.outcomeName)} per ${this.unit}`;
  }

  get returnOnNext(): string {
    return `Return on the next ${this.unit}`;
  }

  /** Unit at an axis of returns. */
  get rateUnit(): string {
    const spend = this.sign.trim() || "unit of spend";
    const outcome = this.outcomeIsMoney && this.sign ? this.sign.trim() : this.outcomeName;
    return `${outcome} per ${spend}`;
  }

  get outcomeAxis(): string {
    return this.outcomeIsMoney && this.sign
      ? `${this.outcomeName}, ${this.sign.trim()}`
      : this.outcomeName;
  }

  get spendAxis(): string {
    return this.sign ? `spend, ${this.sign.trim()}` : "spend";
  }
}
