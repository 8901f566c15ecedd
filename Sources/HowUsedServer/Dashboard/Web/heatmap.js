// A table of cohorts whose cells are the darker the more came back.
import {h} from "./dom.js"
import {counted, days, number, percent, t, wholePercent} from "./text.js"

export class HeatMap {
  #tell
  #answer = null
  #cells = []

  /** `tell` takes what the cell that is pointed at means, or nothing. */
  constructor(tell) {
    this.#tell = tell
    this.element = h("div", {
      class: "heat", onpointerover: (event) => this.#read(event.target), onpointerleave: () => this.#read(null),
      onfocusin: (event) => this.#read(event.target), onclick: (event) => this.#read(event.target),
      onkeydown: (event) => this.#key(event),
    })
  }

  show(answer) {
    this.#answer = answer
    const {unit, cohorts} = answer
    const width = Math.max(...cohorts.map(({returned}) => returned.length), 1)
    // By far the most come in their own unit: the colours tell apart what is behind it.
    const most = Math.max(.01, ...cohorts.flatMap(({size, returned}) => returned.slice(1).map((n) => size ? n / size : 0)))
    this.#cells = cohorts.map((cohort, row) => cohort.returned.map((n, k) => this.#cell(cohort, row, n, k, most)))
    const first = this.#cells.flat()[0]
    if (first) first.tabIndex = 0
    this.element.replaceChildren(h("table", {role: "grid"}, h("caption", {class: "hidden"}, t("retentionText")),
      h("thead", {}, h("tr", {}, h("th", {scope: "col"}, t(`cohort${unit}`)), h("th", {scope: "col"}, t("cohortSize")),
        Array.from({length: width}, (_, k) => h("th", {scope: "col", title: this.#later(k)}, number(k))))),
      h("tbody", {}, cohorts.map((cohort, row) => h("tr", {}, h("th", {scope: "row"}, this.#name(cohort)),
        h("td", {class: "size"}, number(cohort.size)), this.#cells[row])))))
  }

  #cell({size, returned}, row, n, k, most) {
    const ratio = size ? n / size : 0
    const cell = h("td", {tabindex: -1, "data-row": row, "data-k": k},
      size ? wholePercent(ratio) : "–", h("span", {class: "hidden"}, size ? ` (${this.#amount(n, size)})` : ""))
    if (k === 0) cell.classList.add("own")
    // No stronger, so that the text on it stays readable.
    else cell.style.setProperty("--heat", `${(ratio / most * 50).toFixed(0)}%`)
    // The unit isn't over: there will be more.
    if (k === returned.length - 1 && this.#answer.cohorts[row + k]?.to > Date.now() / 1000) cell.classList.add("unfinished")
    return cell
  }

  #name({from, to}) { return days(from, to) }

  #later(k) { return k === 0 ? t(`same${this.#answer.unit}`) : counted(`later${this.#answer.unit}`, k) }

  #amount(n, size) { return t("cameBack", {share: percent(size ? n / size : 0), n: number(n), size: number(size), count: size}) }

  #read(target) {
    const cell = target?.closest?.("td[data-k]")
    if (!cell) return this.#tell("")
    const row = Number(cell.dataset.row), k = Number(cell.dataset.k)
    const cohort = this.#answer.cohorts[row]
    const unfinished = cell.classList.contains("unfinished") ? ` (${t("soFar")})` : ""
    this.#tell(`${this.#name(cohort)} · ${this.#later(k)} · ${this.#amount(cohort.returned[k], cohort.size)}${unfinished}`)
  }

  #key(event) {
    const cell = event.target.closest("td[data-k]")
    const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key]
    if (!cell || !step) return
    const next = this.#cells[Number(cell.dataset.row) + step[0]]?.[Number(cell.dataset.k) + step[1]]
    event.preventDefault()
    if (!next) return
    cell.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
}
