// The page's first line: the bot's name, whether the connection lives, language and colours. And what went wrong.
import {choice, h, press, setText} from "./dom.js"
import {currentLanguage, LANGUAGES, t} from "./text.js"

const THEMES = ["auto", "light", "dark"]

export function makeHeader({chooseLanguage, chooseTheme}) {
  const name = h("h1", {class: "bot", hidden: true})
  const status = h("span", {class: "status", hidden: true})
  const theme = choice(t("theme"), THEMES.map((value) => ({value, label: t(`theme_${value}`)})), currentTheme(), (value) => {
    press(theme, value)
    setTheme(value)
    chooseTheme()
  }, "small")
  const language = choice(t("language"), LANGUAGES.map((value) => ({value, label: value.toUpperCase()})),
    currentLanguage(), chooseLanguage, "small")
  return {
    element: h("header", {class: "top"}, h("span", {class: "brand", "aria-hidden": "true"}, "HowUsed"), name, status,
      h("div", {class: "switches"}, theme, language)),
    focusLanguage: () => language.querySelector("[aria-pressed=true]").focus(),
    /** A bot's name is coming: its place is kept. */
    expectName() {
      name.hidden = status.hidden = false
      setText(name, "\u00a0")
      setText(status, t("updating"))
    },
    setName(text) {
      name.hidden = false
      setText(name, text)
    },
    /** `state` is "live" or "lost". */
    setState(state) {
      status.hidden = false
      status.dataset.state = state
      setText(status, t(state))
    },
  }
}

function currentTheme() {
  return document.documentElement.dataset.theme ?? "auto"
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try { localStorage.setItem("howused.theme", theme) } catch { /* It lasts until the page is closed, then. */ }
}

/** A line over the page. It says what went wrong while what was seen stays. */
export function makeBanner() {
  const element = h("p", {class: "banner", role: "status", hidden: true})
  return {
    element,
    show(text) {
      element.hidden = text === ""
      setText(element, text)
    },
  }
}
