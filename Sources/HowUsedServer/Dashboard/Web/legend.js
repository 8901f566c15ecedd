// The legend of a chart with several series: their names, their own numbers, and a button to hide each.
import {h, setText} from "./dom.js"
import {number, percent, t} from "./text.js"

const SHOWN = 8

export class Legend {
  #toggle
  #unfolded = false
  #redraw = () => {}

  /** `toggle` takes the name of a series. */
  constructor(toggle) {
    this.#toggle = toggle
    this.element = h("div", {class: "legend", hidden: true})
  }

  /**
   * `series` are `{name, label, color, amount, isHidden}`. With a `sum`, in which every use is once, each says its share of it;
   * people may be in several series, so their numbers have none.
   */
  show(series, sum = null) {
    this.#redraw = () => this.show(series, sum)
    const shown = this.#unfolded ? series : series.slice(0, SHOWN)
    const wanted = shown.map(({name, label}) => name + label).join("\0") + this.#unfolded + series.length
    if (this.element.dataset.names !== wanted) {
      this.element.dataset.names = wanted
      this.element.replaceChildren(...shown.map((one) => this.#button(one)))
      if (series.length > SHOWN) this.element.append(this.#more(series.length - SHOWN))
    }
    shown.forEach(({amount, isHidden}, i) => {
      const button = this.element.children[i]
      button.setAttribute("aria-pressed", String(!isHidden))
      setText(button.querySelector("b"), number(amount))
      const share = sum > 0 ? percent(amount / sum) : ""
      setText(button.querySelector("small"), share)
      button.title = [share && t("share", {share, n: number(sum)}), button.dataset.hide].filter(Boolean).join("\n")
    })
  }

  #button({name, label, color}) {
    const swatch = h("i", {})
    swatch.style.background = `var(${color})`
    return h("button", {type: "button", "data-hide": t("hide", {name: label}), onclick: () => this.#toggle(name)},
      swatch, h("span", {class: "name"}, label), h("b", {}), h("small", {}))
  }

  #more(count) {
    return h("button", {type: "button", class: "more", onclick: () => {
      this.#unfolded = !this.#unfolded
      this.#redraw()
    }}, this.#unfolded ? t("fewer") : t("more", {n: number(count)}))
  }
}
