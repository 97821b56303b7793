// The map: a window for each market, land as a grid of dots (Natural Earth), and orders flying from the node that has
// the goods to the city of the buyer's home store. An order that stays in its city rises as a beam.

import feature from "../../vendor/topojson-client-3.1.0/src/feature.js";

const FLIGHTS = 180;
const COLOURS = ["255, 92, 105", "255, 190, 80", "96, 205, 255", "190, 140, 255", "120, 230, 160"];

const inRing = (ring, x, y) => {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
};
const polygons = ({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
const quantile = (sorted, share) => sorted[Math.round((sorted.length - 1) * share)];

export class Atlas {
  constructor(canvas, url, calm) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.calm = calm;
    this.windows = [];
    this.places = new Map();
    this.flights = Array.from({ length: FLIGHTS }, () => ({ life: 0 }));
    this.next = 0;
    this.base = document.createElement("canvas");
    this.countries = [];
    this.loaded = fetch(url)
      .then((answer) => answer.json())
      .then((world) => {
        this.countries = feature(world, world.objects.countries).features;
        this.drawn = "";
      });
  }

  /** Lay the windows out anew when the size or the markets changed. */
  layOut(model) {
    const scale = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(this.canvas.clientWidth * scale), Math.round(this.canvas.clientHeight * scale)];
    const key = `${width} ${height} ${this.countries.length} ${model.hello.nodes.length}`;
    if (!width || key === this.drawn) return;
    this.drawn = key;
    this.canvas.width = this.base.width = width;
    this.canvas.height = this.base.height = height;
    this.unit = Math.max(1, Math.min(width / 900, height / 560) * (width < height ? 1.5 : 1));
    this.windows = this.frames(model, width, height);
    this.places.clear();
    for (const frame of this.windows)
      for (const node of frame.nodes) {
        const [x, y] = frame.project(node.lon, node.lat);
        const seen = x > frame.x && x < frame.x + frame.width && y > 0 && y < frame.y + frame.height;
        if (seen) this.places.set(node.id, { x, y, heat: 0, colour: frame.colour, city: node.city });
      }
    this.drawBase();
  }

  frames(model, width, height) {
    const tall = height > width;
    const made = model.hello.markets.map((market, at) => {
      const nodes = [...model.nodes.values()].filter((node) => node.market === market.code);
      const lats = nodes.map((node) => node.lat).sort((a, b) => a - b);
      const lons = nodes.map((node) => node.lon).sort((a, b) => a - b);
      // Without the farthest few: islands far away would make everything else small.
      const box = lats.length ? [quantile(lons, 0.03), quantile(lats, 0.03), quantile(lons, 0.97), quantile(lats, 0.97)] : [-180, -60, 180, 75];
      const squeeze = Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180);
      const [wide, high] = [Math.max(box[2] - box[0], 1) * squeeze, Math.max(box[3] - box[1], 1)];
      return { market, nodes, box, squeeze, wide, high, colour: COLOURS[at % COLOURS.length], weight: (wide / high) ** (tall ? 0.2 : 0.6) };
    });
    const sum = made.reduce((total, frame) => total + frame.weight, 0);
    let at = 0;
    for (const frame of made) {
      const share = frame.weight / sum;
      Object.assign(frame, tall ? { x: 0, y: at, width, height: height * share } : { x: at, y: 0, width: width * share, height });
      at += tall ? frame.height : frame.width;
      const zoom = Math.min(frame.width / frame.wide, frame.height / frame.high) * 0.8;
      const [lon, lat] = [(frame.box[0] + frame.box[2]) / 2, (frame.box[1] + frame.box[3]) / 2];
      const [cx, cy] = [frame.x + frame.width / 2, frame.y + frame.height * 0.47];
      frame.project = (x, y) => [cx + (x - lon) * frame.squeeze * zoom, cy - (y - lat) * zoom];
      frame.lonlat = (x, y) => [(x - cx) / zoom / frame.squeeze + lon, lat - (y - cy) / zoom];
    }
    return made;
  }

  /** Paint the countries small, one pixel a dot, and read which dots are land. */
  drawBase() {
    const context = this.base.getContext("2d");
    context.clearRect(0, 0, this.base.width, this.base.height);
    const step = Math.max(4, this.unit * 6.2);
    for (const frame of this.windows) {
      const [columns, rows] = [Math.floor(frame.width / step), Math.floor(frame.height / step)];
      if (columns < 2 || rows < 2) continue;
      const home = this.homeOf(frame);
      const small = document.createElement("canvas");
      [small.width, small.height] = [columns, rows];
      const pen = small.getContext("2d", { willReadFrequently: true });
      for (const country of this.countries) this.paint(pen, country, frame, step, country === home ? "#f00" : "#00f");
      const pixels = pen.getImageData(0, 0, columns, rows).data;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const at = (row * columns + column) * 4;
          if (pixels[at + 3] < 110) continue;
          const ours = pixels[at] > 100;
          // The windows fade out at their edges, so that no frame is needed.
          const edge = Math.min(column, columns - 1 - column, row, rows - 1 - row) / 7;
          context.globalAlpha = Math.min(1, edge);
          context.fillStyle = ours ? `rgba(${frame.colour}, 0.42)` : "rgba(210, 190, 255, 0.09)";
          context.beginPath();
          context.arc(frame.x + (column + 0.5) * step, frame.y + (row + 0.5) * step, step * (ours ? 0.27 : 0.21), 0, 7);
          context.fill();
        }
    }
    context.globalAlpha = 1;
    context.textAlign = "center";
    context.font = `500 ${this.unit * 11}px "Barlow Condensed", "Noto Sans KR", "Noto Sans SC", "Noto Sans CJK KR", "Noto Sans CJK SC", sans-serif`;
    const regions = new Intl.DisplayNames([document.documentElement.lang], { type: "region" });
    for (const frame of this.windows) {
      context.fillStyle = `rgba(${frame.colour}, 0.9)`;
      const below = frame.width < this.base.width ? frame.height * 0.95 : frame.height - this.unit * 3;
      context.fillText(regions.of(frame.market.code), frame.x + frame.width / 2, frame.y + below);
    }
    for (const place of this.places.values()) {
      context.fillStyle = `rgba(${place.colour}, 0.95)`;
      context.beginPath();
      context.arc(place.x, place.y, this.unit * 1.3, 0, 7);
      context.fill();
    }
  }

  paint(pen, country, frame, step, colour) {
    pen.fillStyle = colour;
    pen.beginPath();
    for (const polygon of polygons(country))
      for (const ring of polygon)
        ring.forEach(([lon, lat], at) => {
          const [x, y] = frame.project(lon, lat);
          pen[at ? "lineTo" : "moveTo"]((x - frame.x) / step, (y - frame.y) / step);
        });
    pen.fill("evenodd");
  }

  homeOf(frame) {
    const some = frame.nodes.filter((_, at) => at % Math.ceil(frame.nodes.length / 9) === 0);
    const holds = (country) => some.filter((node) => polygons(country).some((polygon) => inRing(polygon[0], node.lon, node.lat))).length;
    return this.countries.map((country) => [holds(country), country]).sort((a, b) => b[0] - a[0])[0]?.[1];
  }

  launch([from, to]) {
    const start = this.places.get(from);
    if (!start) return null;
    const there = this.places.get(to);
    const end = there && there.city !== start.city ? there : start;
    start.heat = Math.min(start.heat + 0.35, 2.2);
    this.next = (this.next + 1) % FLIGHTS;
    Object.assign(this.flights[this.next], { life: 1, start, end, speed: end === start ? 0.9 : 0.55, lean: Math.random() < 0.5 ? -1 : 1 });
    return end === start ? null : [start.city, end.city];
  }

  frame(seconds, model) {
    if (!model.hello) return [];
    this.layOut(model);
    const routes = [];
    const due = Math.ceil(model.flights.length * Math.min(1, seconds / 0.25));
    for (const flight of model.flights.splice(0, this.calm ? model.flights.length : due)) {
      const route = this.launch(flight);
      if (route) routes.push(route);
    }
    const { context, canvas } = this;
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.base, 0, 0);
    context.globalCompositeOperation = "lighter";
    for (const place of this.places.values()) if (place.heat > 0.02) this.glow(place, seconds);
    for (const flight of this.flights) if (flight.life > 0) this.fly(flight, seconds);
    context.globalCompositeOperation = "source-over";
    return routes;
  }

  glow(place, seconds) {
    const { context } = this;
    const radius = this.unit * (4 + 9 * place.heat);
    const light = context.createRadialGradient(place.x, place.y, 0, place.x, place.y, radius);
    light.addColorStop(0, `rgba(${place.colour}, ${Math.min(0.75, 0.3 * place.heat + 0.1)})`);
    light.addColorStop(1, `rgba(${place.colour}, 0)`);
    context.fillStyle = light;
    context.fillRect(place.x - radius, place.y - radius, radius * 2, radius * 2);
    place.heat *= Math.exp(-seconds * 1.1);
  }

  fly(flight, seconds) {
    flight.life -= seconds * flight.speed;
    if (this.calm || flight.life <= 0) return;
    const past = 1 - flight.life;
    if (flight.start === flight.end) this.beam(flight.start, past, flight.life);
    else this.arc(flight, past);
  }

  beam({ x, y, colour }, past, life) {
    const { context, unit } = this;
    const height = unit * 46 * Math.min(1, past * 3);
    const light = context.createLinearGradient(0, y, 0, y - height);
    light.addColorStop(0, `rgba(${colour}, ${0.75 * life})`);
    light.addColorStop(1, `rgba(${colour}, 0)`);
    context.fillStyle = light;
    context.fillRect(x - unit * 0.7, y - height, unit * 1.4, height);
    context.strokeStyle = `rgba(${colour}, ${0.6 * life})`;
    context.lineWidth = unit * 0.7;
    context.beginPath();
    context.ellipse(x, y, unit * 13 * past, unit * 5.5 * past, 0, 0, 7);
    context.stroke();
  }

  arc({ start, end, lean }, past) {
    const { context, unit } = this;
    const [dx, dy] = [end.x - start.x, end.y - start.y];
    const far = Math.hypot(dx, dy);
    const rise = Math.min(far * 0.45, unit * 150);
    const [mx, my] = [(start.x + end.x) / 2 + ((lean * dy) / Math.max(far, 1)) * rise * 0.25, (start.y + end.y) / 2 - rise];
    const at = (t) => [(1 - t) ** 2 * start.x + 2 * t * (1 - t) * mx + t * t * end.x, (1 - t) ** 2 * start.y + 2 * t * (1 - t) * my + t * t * end.y];
    const head = Math.min(1, past * 1.35);
    const tail = Math.max(0, past * 1.35 - 0.4);
    context.lineWidth = unit * 1.5;
    for (let i = 0; i < 16; i++) {
      const [a, b] = [tail + ((head - tail) * i) / 16, tail + ((head - tail) * (i + 1)) / 16];
      context.strokeStyle = `rgba(${start.colour}, ${((i + 1) / 16) * 0.9})`;
      context.beginPath();
      context.moveTo(...at(a));
      context.lineTo(...at(b));
      context.stroke();
    }
    const [x, y] = at(head);
    context.fillStyle = head < 1 ? "#fff" : `rgba(255, 255, 255, ${1.35 - past * 1.35 + 0.3})`;
    context.beginPath();
    context.arc(x, y, unit * 2.1, 0, 7);
    context.fill();
    if (head >= 1) end.heat = Math.min(end.heat + 0.04, 1.6);
  }
}
