// How a chart's numbers are drawn: as bars while they are wide enough to be told apart, else as steps, so that a bucket
// always covers the time that it counts. What doesn't add up is never stacked: it is drawn as lines.

const WIDE_ENOUGH = 8

export const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const tinted = (color, percent) => `color-mix(in srgb, ${color} ${percent}%, transparent)`

/** "bars", "steps" or "lines" for a chart `width` pixels wide. */
export function layoutOf({time, lines}, width) {
  if (lines) return "lines"
  return width / time.length >= WIDE_ENOUGH ? "bars" : "steps"
}

/**
 * uPlot's columns: the times, the previous period if it is compared, then the series. What is drawn later covers what was
 * drawn before, so the last series comes first; of a stack, that is the highest sum.
 */
export function columnsOf({time, step, lines, series, previous}, layout) {
  const drawn = []
  for (const {values} of series) {
    const below = lines ? undefined : drawn.at(-1)
    drawn.push(below ? values.map((value, i) => value + below[i]) : values)
  }
  drawn.reverse()
  const columns = previous ? [previous, ...drawn] : drawn
  // A bar stands in the middle of its bucket, a step begins with it; the last step needs an end.
  if (layout !== "steps") return [time.map((at) => at + step / 2), ...columns]
  return [[...time, time.at(-1) + step], ...columns.map((values) => [...values, values.at(-1)])]
}

/** uPlot's descriptions of those columns; `data` gives what is shown, as colours may change. */
export function seriesOf(data, layout) {
  const {series, previous, time} = data()
  const color = (i) => () => style(data().series[data().series.length - 1 - i].color)
  const paths = {
    bars: () => uPlot.paths.bars({size: [0.84, 72]}), steps: () => uPlot.paths.stepped({align: 1}), lines: () => uPlot.paths.linear(),
  }[layout]()
  const before = {
    paths: layout === "steps" ? paths : uPlot.paths.linear(), points: {show: false}, width: 1.5, dash: [4, 3],
    stroke: () => style("--before"),
  }
  const drawn = series.map((_, i) => {
    if (layout === "lines") return {paths, width: 2, stroke: color(i), points: {show: time.length <= 60, size: 5, fill: color(i)}}
    const alone = series.length === 1 && layout === "steps"
    // What is behind has to shine through.
    const solid = previous ? () => tinted(color(i)(), 45) : color(i)
    return {
      paths, points: {show: false}, width: alone ? 1.5 : 0, stroke: color(i),
      fill: alone ? () => tinted(color(i)(), 22) : solid,
    }
  })
  return previous ? [before, ...drawn] : drawn
}
