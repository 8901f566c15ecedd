// What stands in the page's place when there are no charts to see. Loaded only then.
import {h, setText} from "./dom.js"
import {t} from "./text.js"

/** Wrong id or token, or none. */
export function makeDenied(view, tried) {
  const id = h("input", {name: "id", value: view.id, inputmode: "numeric", required: true, autocomplete: "off"})
  const token = h("input", {name: "token", value: view.token, required: true, autocomplete: "off", spellcheck: "false"})
  return h("main", {class: "sheet denied"}, h("div", {role: tried ? "alert" : null},
    h("h1", {}, t(tried ? "deniedTitle" : "openTitle")), h("p", {}, t(tried ? "deniedText" : "openText"))),
    h("form", {onsubmit: (event) => {
      event.preventDefault()
      location.search = `?${new URLSearchParams({id: id.value.trim(), token: token.value.trim()})}`
    }}, h("label", {}, h("span", {}, t("botId")), id), h("label", {}, h("span", {}, t("viewToken")), token),
    h("button", {class: "primary"}, t("open"))))
}

/** A bot without any event: how to send the first one. */
export function makeFirst(id) {
  const command = [
    `curl ${location.origin}/api -H 'Content-Type: application/json' \\`,
    `  -d '{"botId":${/^\d+$/.test(id) ? id : 0},"apiToken":"API_TOKEN","requestType":"event","event":"/start","userId":42}'`,
  ].join("\n")
  const copy = h("button", {type: "button", onclick: async () => {
    await navigator.clipboard?.writeText(command).then(() => setText(copy, t("copied")), () => {})
  }}, t("copy"))
  return h("section", {class: "first"}, h("h2", {}, t("firstTitle")), h("p", {}, t("firstText")),
    h("pre", {tabindex: 0}, h("code", {}, command)), h("p", {class: "foot"}, copy, h("span", {}, t("firstNote"))))
}
