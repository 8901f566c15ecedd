// Today's top events and param values. A click filters by one, another click ends that.
import {h} from "./dom.js"
import {PARAMS} from "./link.js"
import {number, percent, seriesName, t} from "./text.js"

export function makeTables(choose) {
  const tables = ["event", ...PARAMS].map((kind) => {
    const body = h("tbody")
    const table = h("table", {}, h("thead", {}, h("tr", {}, h("th", {scope: "col"}, t(kind === "event" ? "topEvents" : kind), h("small", {}, ` · ${t("topSince")}`)),
      h("th", {scope: "col", title: t("users")}, t("usersShort")), h("th", {scope: "col", title: t("uses")}, t("usesShort")))), body)
    return {kind, body, element: h("section", {class: "top-table", "data-kind": kind}, table), shown: ""}
  })
  return {
    element: h("div", {class: "tables"}, tables.map((table) => table.element)),
    show(summary, view) {
      for (const table of tables) {
        const rows = (table.kind === "event" ? summary.topEvents : summary.topParams?.[table.kind]) ?? []
        table.element.hidden = table.kind !== "event" && !rows.some(({name}) => name !== "" && name !== "__other__")
        const chosen = table.kind === "event" ? view.events : [view.params[table.kind]].filter(Boolean)
        // The rows are replaced only when they changed: a button must not vanish under a finger.
        const shown = JSON.stringify([rows, chosen])
        if (shown === table.shown) continue
        const focused = table.body.contains(document.activeElement) ? document.activeElement.dataset.name : null
        table.shown = shown
        fill(table, rows, chosen, choose)
        if (focused !== null) [...table.body.querySelectorAll("button")].find((b) => b.dataset.name === focused)?.focus()
      }
    },
  }
}

function fill({kind, body}, rows, chosen, choose) {
  const most = Math.max(1, ...rows.map(({uses}) => uses))
  const all = rows.reduce((sum, {uses}) => sum + uses, 0)
  body.replaceChildren(...rows.map(({name, uses, users}) => {
    const bar = h("i", {class: "bar"})
    bar.style.width = `${(uses / most * 100).toFixed(1)}%`
    const active = chosen.includes(name)
    const text = seriesName(name)
    // A link can't name these: an absent value, the remainder, or a name with the list's own separator.
    const fixed = name === "" || name === "__other__" || (kind === "event" && name.includes(","))
    return h("tr", {class: active ? "chosen" : null}, h("th", {scope: "row"}, bar, fixed
      ? h("span", {class: "name"}, text)
      : h("button", {
        type: "button", class: "name", "aria-pressed": String(active), "data-name": name,
        title: t(active ? "unfilter" : "filterBy", {name: text}), onclick: () => choose(kind, name, !active),
      }, text)),
    h("td", {}, number(users)), h("td", {title: percent(uses / Math.max(all, 1))}, number(uses)))
  }))
  if (!rows.length) body.append(h("tr", {}, h("td", {colspan: 3, class: "nothing"}, t("nothingYet"))))
}
