// The wall: takes states, draws the scene that is on. Everything that is kept is bounded, so that it can run for days.

import { GoodsChart, PaceChart } from "./charts.js";
import { Atlas } from "./map.js";
import { Model } from "./model.js";
import { Odometer } from "./odometer.js";
import { live, replay } from "./sources.js";
import { Sparks } from "./sparks.js";
import { Stage } from "./stage.js";

const data = document.body.dataset;
const words = JSON.parse(data.words);
const aisleNames = JSON.parse(data.aisles);
const tenderNames = JSON.parse(data.tenders);
const language = document.documentElement.lang;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const query = new URLSearchParams(location.search);
const $ = (id) => document.getElementById(id);
const numbers = new Intl.NumberFormat(language);
const put = (element, text) => element.textContent !== text && (element.textContent = text);

const model = new Model(data.currency);
const odometer = new Odometer($("odometer"), calm);
const sparks = calm ? null : new Sparks($("sparks"));
const atlas = new Atlas($("atlas"), data.atlas, calm);
const pace = new PaceChart($("pace-chart"), words);
const goods = new GoodsChart($("goods-chart"));
const dots = [...document.querySelectorAll("#dots button")];
const stage = new Stage(dots.map((dot) => dot.dataset.scene), dots, query.get("scene"));
const until = Number(data.until);

const money = new Map(); // formatters by currency and form; a handful
function moneyFormat(currency, form = {}) {
  const key = currency + JSON.stringify(form);
  if (!money.has(key))
    money.set(key, new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 0, ...form }));
  return money.get(key);
}

function badge(kind, text) {
  $("badge").className = kind;
  put($("badge"), text);
}

function said() {
  const { rehearsal, replay: played } = model.hello;
  if (played) badge("replay", words.replay.replace("%s", played));
  else if (rehearsal) badge("rehearsal", words.rehearsal.replace("%s", rehearsal));
  else badge("live", words.live);
}

// --- what comes in ---

let milestones = null; // the next round numbers, once we know where we stand
const rounded = [1, 5];
const following = (value, least) => {
  for (let power = least; ; power *= 10) for (const step of rounded) if (step * power > value) return step * power;
};
const reached = (value, least) => {
  let best = least;
  for (let next = least; next <= value; next = following(next, least)) best = next;
  return best;
};

const source = {
  hello(hello) {
    model.begin(hello);
    milestones = null;
    goods.resize();
    put($("goods-title"), hello.products ? words.bestsellers : words.departments);
    buildMarkets();
    said();
  },
  state(state) {
    if (!model.hello) return;
    window.wall.updates++;
    const first = model.state === null;
    model.take(state);
    said();
    const format = moneyFormat(model.currency);
    odometer.aim(Math.floor(model.gmv), (value) => format.format(value), first);
    celebrate();
    figures();
  },
  lost: () => badge("lost", words.reconnecting),
  barred: () => badge("lost", words.no_access),
};

function buildMarkets() {
  $("markets").replaceChildren(...model.hello.markets.map((market) => {
    const item = document.createElement("li");
    item.dataset.code = market.code;
    const name = new Intl.DisplayNames([language], { type: "region" }).of(market.code);
    for (const [tag, kind, text] of [["span", "name", name], ["b", "number amount", ""], ["small", "number", ""], ["i", "bar", ""]]) {
      const part = document.createElement(tag);
      part.className = kind;
      part.textContent = text;
      item.append(part);
    }
    return item;
  }));
}

function celebrate() {
  const [orders, gmv] = [model.orders, model.gmv];
  if (milestones && orders >= milestones.orders) party(words.milestone_orders.replace("%s", numbers.format(reached(orders, 1000))));
  else if (milestones && gmv >= milestones.gmv) party(moneyFormat(model.currency).format(reached(gmv, 10_000)));
  milestones = { orders: following(orders, 1000), gmv: following(gmv, 10_000) };
}

const PARTY_EVERY_MS = 40_000; // a party that never ends is none
let partyEnds = 0;
function party(text) {
  if (performance.now() < partyEnds) return;
  partyEnds = performance.now() + PARTY_EVERY_MS;
  put($("milestone").firstElementChild, text);
  $("milestone").classList.add("on");
  setTimeout(() => $("milestone").classList.remove("on"), 3600);
}

// --- figures, as often as states come ---

function figures() {
  const total = model.gmv;
  put($("foot-orders"), numbers.format(model.orders));
  put($("foot-refused"), numbers.format(model.refused));
  put($("foot-gmv"), moneyFormat(model.currency).format(total));
  const [ordered, , paid] = model.pace;
  put($("foot-pace"), numbers.format(ordered));
  put($("foot-paid"), numbers.format(paid));
  if (stage.name === "gmv") marketsNow(total);
  if (stage.name === "pace") paceNow();
  if (stage.name === "goods") goodsNow();
  if (stage.name === "records") recordsNow();
  stage.left.delete("midnight");
  if (model.orders > 0 && until - model.now > 3_600_000) stage.left.add("midnight");
}

function marketsNow(total) {
  const compact = new Set(["ko", "zh-Hans"]).has(language) || total >= 1e6;
  put($("compact"), compact ? `≈ ${moneyFormat(model.currency, { notation: "compact", maximumFractionDigits: 2 }).format(total)}` : "");
  for (const item of $("markets").children) {
    const [minor = 0, orders = 0] = model.state.markets[item.dataset.code] ?? [];
    const market = model.markets.get(item.dataset.code);
    put(item.children[1], moneyFormat(market.currency).format(minor / 10 ** market.digits));
    put(item.children[2], `${numbers.format(orders)} ${words.orders}`);
    item.children[3].style.transform = `scaleX(${total ? model.inOne(minor, item.dataset.code) / total : 0})`;
  }
}

function paceNow() {
  const [accepted, , paid] = model.pace;
  put($("pace-now"), numbers.format(accepted));
  put($("pace-paid"), numbers.format(paid));
  put($("pace-accepted"), numbers.format(model.orders));
  put($("pace-refused"), numbers.format(model.refused));
  put($("pace-peak"), numbers.format(model.state.best_second[0]));
  pace.draw(model);
  tendersNow();
}

/** One bar of all payments, a part a tender; a handful of parts, made once each. */
const percent = new Intl.NumberFormat(language, { style: "percent" });
const tenderParts = new Map();
function tendersNow() {
  const rows = model.state.tenders ?? [];
  const total = model.payments;
  $("tenders").hidden = !total;
  if (!total) return;
  for (const [name, count] of rows) {
    if (!tenderParts.has(name)) {
      const part = document.createElement("li");
      part.dataset.tender = name;
      part.append(document.createElement("span"), document.createElement("b"));
      tenderParts.set(name, part);
      $("tenders").append(part);
    }
    const part = tenderParts.get(name);
    part.style.flexGrow = count / total;
    put(part.children[0], tenderNames[name] ?? name);
    put(part.children[1], percent.format(count / total));
  }
  const there = new Set(rows.map(([name]) => name));
  for (const [name, part] of tenderParts) part.hidden = !there.has(name);
}

let goodsAt = 0;
function goodsNow(anew = false) {
  if (!anew && performance.now() - goodsAt < 1000) return;
  goodsAt = performance.now();
  const { products, aisles } = model.hello;
  goods.draw(products ?? model.state.aisles.map(([id, share]) => [aisleNames[aisles[id]] ?? aisles[id] ?? "–", share]), !products);
}

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const beatenAt = new WeakMap();
function record(card, value, text, note) {
  const [, figure, small] = card.children;
  const beaten = card.dataset.value !== undefined && Number(card.dataset.value) < value;
  card.dataset.value = value;
  put(figure, value ? text : "–");
  put(small, value ? note : words.none_yet);
  if (!beaten || performance.now() - (beatenAt.get(card) ?? 0) < 3000) return; // a minute that grows beats itself all the time
  beatenAt.set(card, performance.now());
  card.classList.remove("beaten");
  void card.offsetWidth; // begin the animation again
  card.classList.add("beaten");
}

function recordsNow() {
  const { best_second: second, best_minute: minute, biggest } = model.state;
  const when = ([, at]) => clock.format(new Date(at * 1000));
  record($("record-second"), second[0], numbers.format(second[0]), `${words.orders} · ${when(second)}`);
  record($("record-minute"), minute[0], numbers.format(minute[0]), `${words.orders} · ${when(minute)}`);
  const market = biggest && model.markets.get(biggest.market);
  const amount = market ? biggest.total_minor / 10 ** market.digits : 0;
  $("record-order").hidden = Boolean(model.hello.replay);
  record($("record-order"), amount, market ? moneyFormat(market.currency).format(amount) : "", model.nodes.get(biggest?.node)?.city ?? "");
}

// --- the clock ---

function tick() {
  const left = Math.max(0, Math.floor((until - model.now) / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const days = Math.floor(left / 86_400);
  const time = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  const text = days ? `${numbers.format(days)}${words.day} ${time}` : time;
  for (const [figure, word] of [["clock", "clock-word"], ["countdown", "countdown-word"]]) {
    put($(figure), text);
    put($(word), words[data.untilWord]);
  }
  if (model.heardAt && performance.now() - model.heardAt > 6000) badge("lost", words.reconnecting);
}
setInterval(tick, 250);
tick();
setInterval(() => model.state && odometer.say(moneyFormat(model.currency).format(model.gmv)), 10_000);

// --- frames ---

function showRoutes(routes) {
  for (const [from, to] of routes.slice(-2)) {
    const item = document.createElement("li");
    item.textContent = `${from} → ${to}`;
    $("routes").prepend(item);
  }
  while ($("routes").children.length > 9) $("routes").lastElementChild.remove();
}

let before = performance.now();
let routesAt = 0;
function frame(now) {
  const seconds = Math.min(0.1, (now - before) / 1000);
  before = now;
  sparks?.frame(seconds, model);
  if (stage.name === "gmv") odometer.frame(seconds);
  if (stage.name === "map") {
    const routes = atlas.frame(seconds, model);
    if (routes.length && now - routesAt > 350) {
      routesAt = now;
      showRoutes(routes);
    }
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

stage.changed = (name) => {
  if (!model.state) return;
  if (name === "gmv") odometer.fit();
  if (name === "goods") goodsNow(true);
  figures();
};

let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    sparks?.resize();
    odometer.fit();
    pace.resize();
    goods.resize();
    if (model.state) figures();
  }, 150);
});

let still = 0;
addEventListener("pointermove", () => {
  document.body.classList.remove("still");
  clearTimeout(still);
  still = setTimeout(() => document.body.classList.add("still"), 3000);
});

window.wall = { model, stage, source, updates: 0 }; // for tests and for whoever looks with the browser's tools

if (data.replay) replay(data, data.replay, source);
else live(data, data.view, source);
