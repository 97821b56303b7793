// Two charts by Apache ECharts on canvas. Each is made when its scene is first shown, and then only fed.

import * as echarts from "../../vendor/echarts-6.1.0/dist/echarts.esm.min.js";

const INK = "#cbbfd0";
const FONT = '"Barlow Condensed", "Noto Sans CJK KR", "Noto Sans CJK SC", system-ui, sans-serif';
const unit = () => Math.max(11, Math.min(innerWidth / 70, innerHeight / 40));
const fade = (top, bottom) => new echarts.graphic.LinearGradient(0, 0, 0, 1, [{ offset: 0, color: top }, { offset: 1, color: bottom }]);

class Chart {
  constructor(box) {
    this.box = box;
    this.chart = null;
  }

  resize() {
    this.chart?.dispose();
    this.chart = null;
  }

  open(option) {
    this.chart = echarts.init(this.box, null, { renderer: "canvas" });
    this.chart.setOption({ textStyle: { fontFamily: FONT, color: INK, fontSize: unit() }, tooltip: { show: false }, ...option });
  }
}

/** Orders a second of the last minutes, accepted and refused, and the payments a second as a line above them. */
export class PaceChart extends Chart {
  static WIDTH = 180;
  static LEAST = 60; // a young day is not drawn along a long flat line

  constructor(box, words) {
    super(box);
    this.words = words;
    this.accepted = Array.from({ length: PaceChart.WIDTH }, () => [0, 0]);
    this.refused = Array.from({ length: PaceChart.WIDTH }, () => [0, 0]);
    this.paid = Array.from({ length: PaceChart.WIDTH }, () => [0, 0]);
  }

  draw(model) {
    const wide = PaceChart.WIDTH;
    const last = Math.floor(model.now / 1000) - 1;
    let top = 0;
    let topAt = 0;
    let since = wide;
    for (let i = 0; i < wide; i++) {
      const second = last - wide + 1 + i;
      const [accepted, refused, paid] = model.ring.at(second);
      this.accepted[i][0] = this.refused[i][0] = this.paid[i][0] = i - wide + 1;
      this.accepted[i][1] = accepted;
      this.refused[i][1] = refused;
      this.paid[i][1] = paid;
      if (accepted > top) [top, topAt] = [accepted, i];
      if (accepted + refused + paid > 0 && since === wide) since = i;
    }
    const shown = Math.max(PaceChart.LEAST, Math.min(wide, Math.ceil((wide - since + 5) / 30) * 30));
    if (!this.chart) this.begin();
    const peak = top ? [{ coord: this.accepted[topAt], value: top }] : [];
    this.chart.setOption({ xAxis: { min: -shown }, series: [{ data: this.accepted, markPoint: { data: peak } }, { data: this.refused }, { data: this.paid }] });
  }

  begin() {
    const line = (name, colour, fill) => ({
      name, type: "line", showSymbol: false, smooth: 0.2, smoothMonotone: "x", silent: true, data: [],
      lineStyle: { width: unit() / 5, color: colour, shadowColor: colour, shadowBlur: unit() },
      areaStyle: { color: fill },
    });
    const number = new Intl.NumberFormat(document.documentElement.lang);
    this.open({
      animation: false,
      grid: { left: 8, right: unit(), top: unit() * 2.4, bottom: 8, containLabel: true },
      xAxis: {
        type: "value", min: -PaceChart.WIDTH, max: 0, interval: 30, splitLine: { show: false }, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: INK, fontSize: unit() * 0.9, formatter: (at) => (at > -5 ? this.words.now : `${Math.round(at)} s`), hideOverlap: true },
      },
      yAxis: {
        type: "value", splitNumber: 4, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: "#ffffff14" } },
        axisLabel: { color: INK, fontSize: unit() * 0.9, formatter: (value) => number.format(value) },
      },
      series: [
        {
          ...line(this.words.accepted, "#ffb02e", fade("#ff5a36cc", "#ff2e5508")),
          markPoint: {
            symbol: "circle", symbolSize: unit() * 0.6, itemStyle: { color: "#fff" }, animation: false, data: [],
            label: { color: "#fff", position: "top", fontSize: unit() * 1.5, fontWeight: 700, formatter: ({ value }) => number.format(value) },
          },
        },
        line(this.words.refused, "#7d6bff", fade("#7d6bff66", "#7d6bff08")),
        { ...line(this.words.paid, "#4be3c4", "transparent"), lineStyle: { width: unit() / 6, color: "#4be3c4", type: [unit() / 2, unit() / 3] } },
      ],
    });
  }
}

/** What people buy: bars that overtake each other. */
export class GoodsChart extends Chart {
  draw(rows, percent) {
    if (!rows.length) return;
    if (!this.chart) this.begin(percent);
    const shown = rows.slice(0, innerWidth < 700 ? 8 : 10);
    this.chart.setOption({
      yAxis: { data: shown.map(([name]) => name) },
      series: [{ data: shown.map(([, value], at) => ({ value, itemStyle: { opacity: 1 - at * 0.055 } })) }],
    });
  }

  begin(percent) {
    const number = new Intl.NumberFormat(document.documentElement.lang, percent ? { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 } : {});
    const narrow = innerWidth < 700;
    this.open({
      animationDuration: 600, animationDurationUpdate: 700, animationEasingUpdate: "cubicOut",
      grid: { left: narrow ? 4 : 16, right: unit() * 5, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false },
      yAxis: {
        type: "category", inverse: true, data: [], axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: "#fff", fontSize: unit() * (narrow ? 1.1 : 1.35), fontWeight: 500, margin: unit(), width: narrow ? innerWidth * 0.36 : innerWidth * 0.3, overflow: "truncate" },
      },
      series: [{
        type: "bar", data: [], barCategoryGap: "34%", realtimeSort: false, silent: true,
        itemStyle: {
          borderRadius: [0, 99, 99, 0],
          color: new echarts.graphic.LinearGradient(0, 0, 1, 0, [{ offset: 0, color: "#ff2e5530" }, { offset: 0.55, color: "#ff2e55" }, { offset: 1, color: "#ffc25a" }]),
        },
        label: { show: true, position: "right", color: "#fff", fontSize: unit() * 1.5, fontWeight: 700, formatter: ({ value }) => number.format(value) },
      }],
    });
  }
}
