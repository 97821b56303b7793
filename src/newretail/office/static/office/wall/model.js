// What the wall knows: the newest state, and the last minutes in rings of a fixed size. Nothing here grows with time.

export const SECONDS = 300;

/** The accepted and refused orders and the payments of the last SECONDS seconds, by Unix second. */
export class Ring {
  constructor(size = SECONDS) {
    this.size = size;
    this.stamps = new Float64Array(size);
    this.accepted = new Float64Array(size);
    this.refused = new Float64Array(size);
    this.paid = new Float64Array(size);
  }

  put([second, accepted, refused, paid = 0]) {
    const at = second % this.size;
    if (this.stamps[at] > second) return; // older than what is kept
    this.stamps[at] = second;
    this.accepted[at] = accepted;
    this.refused[at] = refused;
    this.paid[at] = paid;
  }

  at(second) {
    const place = ((second % this.size) + this.size) % this.size;
    return this.stamps[place] === second ? [this.accepted[place], this.refused[place], this.paid[place]] : [0, 0, 0];
  }
}

export class Model {
  constructor(currency) {
    this.wanted = currency;
    this.ring = new Ring();
    this.hello = null;
    this.state = null;
    this.offset = 0; // the server's clock minus ours, in milliseconds
    this.heardAt = 0;
    this.flights = []; // taken by the map; bounded
    this.rises = 0; // orders since the last frame, for the sparks
    this.seenOrders = 0;
  }

  begin(hello) {
    this.hello = hello;
    this.ring = new Ring();
    this.state = null;
    this.flights.length = 0;
    const said = hello.cities?.[document.documentElement.lang.toLowerCase()] ?? {};
    this.nodes = new Map(hello.nodes.map(([id, city, market, lat, lon]) => [id, { id, city: said[city] ?? city, market, lat, lon }]));
    this.markets = new Map(hello.markets.map((market) => [market.code, market]));
    const currencies = hello.markets.map((market) => market.currency);
    this.currency = currencies.includes(this.wanted) ? this.wanted : currencies[0] || "USD";
    hello.seconds.forEach((row) => this.ring.put(row));
  }

  take(state) {
    const before = this.state ? this.orders : null;
    this.state = state;
    this.offset = state.at - Date.now();
    this.heardAt = performance.now();
    state.seconds.forEach((row) => this.ring.put(row));
    if (before !== null) this.rises = Math.min(this.rises + Math.max(0, this.orders - before), 400);
    for (const flight of state.flights) {
      if (this.flights.length >= 200) this.flights.shift();
      this.flights.push(flight);
    }
  }

  get now() {
    return Date.now() + this.offset;
  }

  sum(place) {
    return this.state ? Object.values(this.state.markets).reduce((total, row) => total + row[place], 0) : 0;
  }

  get orders() {
    return this.sum(1);
  }

  get refused() {
    return this.sum(2);
  }

  /** An amount of a market in major units of the wall's currency. */
  inOne(minor, code) {
    const market = this.markets.get(code);
    if (!market) return 0;
    const rate = (this.hello.rates[market.currency] || {})[this.currency] ?? 1;
    return (minor / 10 ** market.digits) * rate;
  }

  get gmv() {
    if (!this.state) return 0;
    return Object.entries(this.state.markets).reduce((total, [code, row]) => total + this.inOne(row[0], code), 0);
  }

  /** Payments of all tenders so far. */
  get payments() {
    return (this.state?.tenders ?? []).reduce((total, [, count]) => total + count, 0);
  }

  /** Accepted, refused and paid of the last whole second, smoothed over two. */
  get pace() {
    const second = Math.floor(this.now / 1000);
    const [a, b] = [this.ring.at(second - 1), this.ring.at(second - 2)];
    return [0, 1, 2].map((place) => Math.round((a[place] + b[place]) / 2));
  }
}
