// A chart's numbers as a table, the newest first.
import {h} from "./dom.js"
import {bucket, t} from "./text.js"

const ROWS = 400

/** Fills `element`; `columns` are `{head, cells}`, their cells texts in the order of the answer's `time`. */
export function showTable(element, title, {time, step}, columns) {
  const {scrollTop} = element
  const rows = time.map((at, i) => h("tr", {}, h("th", {scope: "row"}, bucket(at, step)),
    columns.map(({cells}) => h("td", {}, cells[i])))).reverse().slice(0, ROWS)
  element.replaceChildren(h("table", {}, h("caption", {class: "hidden"}, title),
    h("thead", {}, h("tr", {}, h("th", {scope: "col"}, t("time")), columns.map(({head}) => h("th", {scope: "col"}, head)))),
    h("tbody", {}, rows)))
  element.scrollTop = scrollTop
}
