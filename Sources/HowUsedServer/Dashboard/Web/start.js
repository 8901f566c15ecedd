// Part of the page itself, so that it runs before anything else was read.
(() => {
  // Before the first paint, so that a chosen theme doesn't flash in the other one's colours.
  try {
    const theme = localStorage.getItem("howused.theme")
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
  } catch { /* Storage may be forbidden: then the system's theme it is. */ }

  // The first two charts are asked for while the modules are still on their way: /stats takes the link's own parameters.
  // Only good answers are kept; api.js asks again for the others.
  const search = new URLSearchParams(location.search)
  if (!search.get("id") || !search.get("token")) return
  // Only days depend on the zone. Asking for its name for the first time takes some 25 ms: while the answers are made.
  const hasDays = search.has("from") || !/^(auto|\d+m|1h)$/.test(search.get("divider") ?? "auto")
    || !/^(\d{1,4}m|\d\d?h|\dd)$/.test(search.get("period") ?? "24h")
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"
  if (hasDays) search.set("tz", zone())
  globalThis.howusedEarly = Object.fromEntries(["users", "uses"].map((metric) => {
    search.set("metric", metric)
    const answer = fetch(`/stats?${search}`, {headers: {Accept: "application/json"}})
    return [metric, answer.then((response) => response.ok ? response.json() : null).catch(() => null)]
  }))
  zone()
})()
