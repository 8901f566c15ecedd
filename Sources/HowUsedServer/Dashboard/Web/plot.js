// Draws one chart with uPlot.
import {columnsOf, layoutOf, seriesOf, style} from "./shapes.js"
import {clock, compact, day, month} from "./text.js"
import {isFallback, zonedDate} from "./zone.js"

const INCREMENTS = [1, 2, 5].concat(
  [10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].flatMap((n) => [n, 2 * n, 2.5 * n, 5 * n]))

export class Plot {
  #host
  #height
  #sync
  #read
  #zoom
  #zoomOut
  #plot = null
  #shape = ""
  #data = null
  #observer

  /** `sync` names the charts that share a crosshair, if any; `read` takes the index of the bucket under the crosshair or null; `zoom` takes from and to in unix seconds. */
  constructor(host, {height, sync, read, zoom, zoomOut}) {
    this.#host = host
    this.#height = height
    this.#sync = sync
    this.#read = read
    this.#zoom = zoom
    this.#zoomOut = zoomOut
    this.#observer = new ResizeObserver(() => this.#fit())
    this.#observer.observe(host)
  }

  destroy() {
    this.#observer.disconnect()
    this.#plot?.destroy()
    this.#plot = null
  }

  /** `data` is `{time, step, lines, series: [{values, color}], previous}`, as `shapes.js` draws it. */
  show(data) {
    this.#data = data
    const width = this.#host.clientWidth
    if (width === 0 || data.time.length === 0) return
    const layout = layoutOf(data, width - 50)
    const shape = `${data.series.length} ${Boolean(data.previous)} ${layout} ${data.step >= 86400} ${isFallback()}`
    const columns = columnsOf(data, layout)
    if (this.#plot && this.#shape === shape) {
      this.#plot.setData(columns)
      this.#read(this.index)
      return
    }
    this.#plot?.destroy()
    this.#shape = shape
    this.#plot = new uPlot(this.#options(width, data, layout), columns, this.#host)
  }

  redraw() { this.#plot?.redraw(false) }

  /** The bucket under the crosshair, or null. */
  get index() {
    const left = this.#plot?.cursor.left ?? -1
    if (left < 0 || !this.#data) return null
    const {time, step} = this.#data
    const x = this.#plot.posToVal(left, "x")
    let index = time.length - 1
    while (index > 0 && time[index] > x) index--
    return x >= time[0] && x < time.at(-1) + step ? index : null
  }

  /** Puts the crosshair of every chart on a bucket. */
  point(index) {
    const {time, step} = this.#data
    const bounded = Math.min(Math.max(index, 0), time.length - 1)
    this.#plot?.setCursor({left: this.#plot.valToPos(time[bounded] + step / 2, "x"), top: 1}, true, true)
  }

  clear() { this.#plot?.setCursor({left: -10, top: -10}, true, true) }

  #options(width, data, layout) {
    const axis = {
      stroke: () => style("--muted"), font: `11px ${style("--font") || "sans-serif"}`,
      ticks: {show: false}, grid: {show: false},
    }
    return {
      width, height: this.#height, padding: [10, 20, 0, 0], legend: {show: false}, pxAlign: 1,
      ...isFallback() && {tzDate: zonedDate},
      series: [{}, ...seriesOf(() => this.#data, layout)],
      scales: {
        x: {time: true, range: () => [this.#data.time[0], this.#data.time.at(-1) + this.#data.step]},
        y: {range: (_, __, max) => [0, Math.max(max ?? 0, 4) * 1.06]},
      },
      axes: [
        {...axis, space: 64, size: 26, gap: 6, ...layout !== "steps" && data.step >= 86400 ? this.#dayTicks() : {
          values: (_, splits, __, ___, increment) => splits.map((at) => tick(at, increment)),
        }},
        {...axis, space: 32, size: (_, texts) => roomFor(texts ?? []), gap: 4, incrs: INCREMENTS, values: (_, splits) => splits.map(compact),
          grid: {show: true, stroke: () => style("--line"), width: 1}},
      ],
      cursor: {
        y: false, points: {show: false}, ...this.#sync && {sync: {key: this.#sync, setSeries: false}},
        drag: {x: true, y: false, setScale: false, dist: 6},
        move: (plot, left, top) => {
          const {time, step} = this.#data
          const x = plot.posToVal(left, "x")
          if (left < 0 || x < time[0]) return [left, top]
          let index = time.length - 1
          while (index > 0 && time[index] > x) index--
          return [plot.valToPos(time[index] + step / 2, "x"), top]
        },
        bind: {dblclick: () => () => this.#zoomOut()},
      },
      hooks: {
        setCursor: [() => this.#read(this.index)],
        setSelect: [(plot) => this.#select(plot)],
        drawClear: [(plot) => this.#shadeUnfinished(plot)],
      },
    }
  }

  // Days are written below their bars, as many as have room.
  #dayTicks() {
    const every = (plot) => Math.ceil(this.#data.time.length * 64 / Math.max(plot.bbox.width / devicePixelRatio, 64))
    return {
      splits: (plot) => this.#data.time.filter((_, i) => i % every(plot) === 0).map((at) => at + this.#data.step / 2),
      values: (_, splits) => splits.map((at) => day(at - this.#data.step / 2)),
    }
  }

  #select(plot) {
    const {left, width} = plot.select
    if (width < 6) return
    const {time, step} = this.#data
    const first = plot.posToVal(left, "x"), last = plot.posToVal(left + width, "x")
    plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false)
    // Whole buckets, so that the ends of what was chosen don't look like a fall in use.
    const from = time.findLast((at) => at <= first) ?? time[0]
    const to = time.find((at) => at >= last) ?? time.at(-1) + step
    // The other charts are told of the same drag; only when all are done may they change.
    setTimeout(() => this.#zoom(from, to))
  }

  // The bucket that isn't over yet is lower than it will be: it stands on a shade.
  #shadeUnfinished(plot) {
    const {time, step} = this.#data
    const start = time.at(-1)
    if (start + step <= Date.now() / 1000) return
    const left = plot.valToPos(start, "x", true)
    plot.ctx.save()
    plot.ctx.fillStyle = style("--shade")
    plot.ctx.fillRect(left, plot.bbox.top, plot.valToPos(start + step, "x", true) - left, plot.bbox.height)
    plot.ctx.restore()
  }

  #fit() {
    const width = this.#host.clientWidth
    if (width === 0 || !this.#data) return
    if (!this.#plot) return this.show(this.#data)
    if (width === this.#plot.width) return
    this.#plot.setSize({width, height: this.#height})
    this.show(this.#data)
  }
}

// Pixels for the numbers beside the chart, at 11 px a letter's width is at most 6 on average.
const roomFor = (texts) => Math.max(50, 14 + 6 * Math.max(0, ...texts.map((text) => text.length)))

function tick(at, increment) {
  if (increment >= 28 * 86400) return month(at)
  const date = zonedDate(at)
  return increment >= 86400 || (date.getHours() === 0 && date.getMinutes() === 0) ? day(at) : clock(at)
}
