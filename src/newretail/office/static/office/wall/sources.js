// Where states come from: the door's stream, or the report of a past rehearsal played again.

const AGAIN_MS = 2000;

/** The stream. It ends now and then by design; each time we come back with a new ticket. */
export function live(data, view, { hello, state, lost, barred }) {
  let source = null;
  let stopped = false;

  async function open() {
    if (stopped) return;
    try {
      const answer = await fetch(data.ticketUrl, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403) return barred();
      const { ticket } = await answer.json();
      source = new EventSource(`${data.events}?view=${encodeURIComponent(view)}&ticket=${encodeURIComponent(ticket)}`);
      source.addEventListener("hello", (event) => hello(JSON.parse(event.data)));
      source.addEventListener("state", (event) => state(JSON.parse(event.data)));
      source.onerror = again;
    } catch {
      again();
    }
  }

  function again() {
    source?.close();
    source = null;
    lost();
    if (!stopped) setTimeout(open, AGAIN_MS);
  }

  open();
  return () => {
    stopped = true;
    source?.close();
  };
}

/** Play a report: the same hello and states as the stream gives, five a second; at the end it begins again. */
export async function replay(data, number, { hello, state, lost, barred }) {
  const answer = await fetch(data.replayUrl.replace(/0$/, number));
  if (!answer.ok) return barred();
  const report = await answer.json();
  const close = live(data, "live", {
    hello: (world) => {
      close();
      play(report, { ...world, replay: report.rehearsal.id, rehearsal: null, seconds: [] }, hello, state);
    },
    state: () => {},
    lost,
    barred,
  });
}

function play(report, world, hello, state) {
  const { accepted, refused } = report.seconds;
  const paid = report.payments?.seconds ?? [];
  const tenders = Object.entries(report.payments?.tenders ?? {});
  const length = Math.max(accepted.length, paid.length);
  const money = report.wall?.money ?? {};
  const nodes = Object.entries(report.wall?.nodes ?? {});
  const weight = nodes.reduce((sum, [, orders]) => sum + orders, 0);
  const codes = Object.keys(money).length ? Object.keys(money) : world.markets.slice(0, 1).map((market) => market.code);
  world.markets = world.markets.filter((market) => codes.includes(market.code));
  world.nodes = world.nodes.filter((node) => codes.includes(node[2]));
  world.products = report.hot.map((row) => [row.name, row.units]);
  const shares = sharesOf(world, nodes, codes, weight);
  const best = Math.max(0, ...accepted);
  let began = 0;

  function pick() {
    let left = Math.random() * weight;
    for (const [id, orders] of nodes) if ((left -= orders) < 0) return Number(id);
    return 0;
  }

  function upTo(series, seconds) {
    let sum = 0;
    for (let i = 0; i < Math.min(Math.ceil(seconds), series.length); i++) sum += series[i] * Math.min(1, seconds - i);
    return sum;
  }

  function tick() {
    const now = Date.now();
    if (!began || now - began > (length + 8) * 1000) {
      began = now;
      hello({ ...world });
    }
    const seconds = Math.min((now - began) / 1000, length);
    const start = Math.floor(began / 1000);
    const whole = Math.floor(seconds);
    const shown = [];
    for (let i = Math.max(0, whole - 3); i < whole; i++) shown.push([start + i, accepted[i] ?? 0, refused[i] ?? 0, paid[i] ?? 0]);
    const settled = upTo(paid, seconds) / Math.max(1, paid.reduce((sum, count) => sum + count, 0));
    const all = [upTo(accepted, seconds), upTo(refused, seconds)];
    const pace = accepted[whole] ?? 0;
    const past = accepted.slice(0, whole);
    const peak = Math.max(0, ...past);
    state({
      at: now,
      markets: Object.fromEntries(codes.map((code) => [
        code,
        [Math.round(upTo(money[code] ?? [], seconds)), Math.round(all[0] * shares[code]), Math.round(all[1] * shares[code]), 0],
      ])),
      seconds: shown,
      aisles: [],
      tenders: tenders.map(([name, count]) => [name, Math.round(count * settled)]),
      best_paid: [Math.max(0, ...paid.slice(0, whole)), start],
      best_second: [peak, peak ? start + past.indexOf(peak) : 0],
      best_minute: [Math.round(Math.max(0, upTo(accepted, seconds) - upTo(accepted, Math.max(0, seconds - 60)))), start],
      biggest: null,
      flights: weight && best ? Array.from({ length: Math.min(24, Math.ceil(pace / 5)) }, () => [pick(), 0]) : [],
    });
  }

  setInterval(tick, 200);
  tick();
}

/** How the orders split over the markets, by what their nodes had. */
function sharesOf(world, nodes, codes, weight) {
  const marketOf = new Map(world.nodes.map(([id, , code]) => [String(id), code]));
  const shares = Object.fromEntries(codes.map((code) => [code, weight ? 0 : 1 / codes.length]));
  for (const [id, orders] of nodes) if (marketOf.has(id)) shares[marketOf.get(id)] += orders / weight;
  return shares;
}
