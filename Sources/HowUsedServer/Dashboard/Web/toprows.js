// The rows of a top list. A click on a name shows only it, one on the sign beside it everything but it.
import {h, setText} from "./dom.js"
import {counted, number, percent, seriesName, t} from "./text.js"

export class TopRows {
  #choose
  #shown = ""
  #most = {key: "", uses: 1, users: 1}
  #body = h("tbody")
  #first = h("th", {scope: "col"})
  #sorts

  /** `choose` takes the dimension, the name and whether it is to be left out; `sort` takes uses or users. */
  constructor({choose, sort}) {
    this.#choose = choose
    const sortable = (name) => h("th", {scope: "col", "data-sort": name}, h("button", {
      type: "button", title: t("sortBy", {name: t(name)}), onclick: () => sort(name),
    }, t(`${name}Short`)))
    this.#sorts = ["uses", "users"].map(sortable)
    this.element = h("table", {}, h("thead", {}, h("tr", {}, this.#first, this.#sorts,
      h("th", {scope: "col", title: t("newHelp")}, t("newShort")), h("th", {scope: "col"}, t("changeShort")))), this.#body)
  }

  /** `list` is the dimension's filter, `allUses` what the uses are shares of (null if that isn't known). */
  show(rows, {by, sort, list, allUses, isFirst, key}) {
    setText(this.#first, t(by === "event" ? "event" : by))
    for (const head of this.#sorts) head.setAttribute("aria-sort", head.dataset.sort === sort ? "descending" : "none")
    // The rows are replaced only when they changed: a button must not vanish under a finger.
    const shown = JSON.stringify([by, rows, list, allUses, sort])
    if (shown === this.#shown) return
    this.#shown = shown
    // Bars are as long as on the first page, which has the largest.
    if (isFirst || this.#most.key !== key) this.#most = {key, uses: largest(rows, "uses"), users: largest(rows, "users")}
    const {activeElement} = document
    const focused = this.#body.contains(activeElement) ? [activeElement.dataset.name, activeElement.className] : null
    this.#body.replaceChildren(...rows.map((row) => this.#row(row, {by, sort, list, allUses})))
    if (focused) this.#find(...focused)?.focus()
  }

  #find(name, className) {
    return [...this.#body.querySelectorAll("button")].find((one) => one.dataset.name === name && one.className === className)
  }

  #row(row, {by, sort, list, allUses}) {
    const {name, uses, users, change} = row
    const isListed = list.values.includes(name)
    const bar = h("i", {class: "bar"})
    bar.style.width = `${Math.min(row[sort] / this.#most[sort] * 100, 100).toFixed(1)}%`
    const share = allUses > 0 ? counted("shareOfUses", allUses, {share: percent(Math.min(uses / allUses, 1))}) : null
    const ratio = change?.[sort]
    const told = (value) => typeof value === "number" ? percent(value, true) : t("unknown")
    return h("tr", {class: isListed ? list.not ? "left-out" : "chosen" : null},
      h("th", {scope: "row"}, bar, this.#name(by, name, isListed, list.not)),
      h("td", {title: share}, number(uses)), h("td", {}, number(users)), h("td", {}, number(row.new ?? 0)),
      h("td", {title: t("changeOf", {uses: told(change?.uses), users: told(change?.users)})},
        h("span", {class: "change", "data-sign": typeof ratio === "number" ? Math.sign(ratio) : 0},
          typeof ratio === "number" ? percent(ratio, true) : "–")))
  }

  #name(by, name, isListed, isNot) {
    const text = seriesName(name)
    // A filter can't name these: an absent value, and the rest.
    if (name === "" || name === "__other__") return h("span", {class: "name"}, text)
    const isOnly = isListed && !isNot, isLeftOut = isListed && isNot
    return h("span", {class: "names"},
      h("button", {
        type: "button", class: "name", "aria-pressed": String(isOnly), "data-name": name,
        title: t(isOnly ? "unfilter" : "filterBy", {name: text}), onclick: () => this.#choose(by, name, false),
      }, text),
      h("button", {
        type: "button", class: "but", "aria-pressed": String(isLeftOut), "data-name": name,
        "aria-label": t(isLeftOut ? "takeBack" : "leaveOut", {name: text}), title: t(isLeftOut ? "takeBack" : "leaveOut", {name: text}),
        onclick: () => this.#choose(by, name, true),
      }, "≠"))
  }
}

const largest = (rows, key) => Math.max(1, ...rows.map((row) => row[key]))
