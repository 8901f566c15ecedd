// Builds elements. Every text becomes a text node: event and param values are anybody's input.

/** `h("button", {class: "chip", onclick, "aria-pressed": true}, "text", child, …)`; null and false are left out. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children)
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children)
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
    else if (name === "value") element.value = value
    else element.setAttribute(name, value === true ? "" : value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** Sets the text only when it changed, so that nothing is laid out or read aloud again for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** A row of buttons of which one is pressed. */
export function choice(label, items, current, choose, className = "") {
  return h("div", {class: `choice ${className}`, role: "group", "aria-label": label}, items.map((item) =>
    h("button", {
      type: "button", "aria-pressed": String(item.value === current), "data-value": item.value,
      title: item.title, onclick: () => choose(item.value),
    }, item.label)))
}

/** Marks which button of a `choice` is pressed. */
export function press(group, value) {
  for (const button of group.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.value === String(value)))
  }
}
