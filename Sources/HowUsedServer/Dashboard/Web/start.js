// Part of the page itself, so that it runs before anything else was read.
(() => {
  // Before the first paint, so that a chosen theme doesn't flash in the other one's colours.
  try {
    const theme = localStorage.getItem("howused.theme")
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
  } catch { /* Storage may be forbidden: then the system's theme it is. */ }

  // The first two charts are asked for while the modules are still on their way: /stats takes the link's own parameters.
  // Only good answers are kept; api.js asks again for the others, with what link.js makes of the link.
  const search = new URLSearchParams(location.search)
  if (!search.get("id") || !search.get("token")) return
  for (const other of ["type", "format"]) search.delete(other)
  // What is split isn't compared.
  if (search.get("segment")) search.delete("compare")
  // Days depend on the zone, and hours where it isn't whole hours from UTC. Asking for its name for the first time takes
  // some 25 ms: while the answers are made.
  const dependsOnZone = search.has("from") || search.has("to") || search.has("compare") || new Date().getTimezoneOffset() % 60 !== 0
    || !/^(auto|\d+m|1h)$/.test(search.get("divider") ?? "auto") || !/^(\d{1,4}m|\d\d?h|\dd)$/.test(search.get("period") ?? "24h")
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"
  if (dependsOnZone) search.set("tz", zone())
  else search.delete("tz")
  globalThis.howusedEarly = Object.fromEntries(["users", "uses"].map((metric) => {
    search.set("metric", metric)
    const answer = fetch(`/stats?${search}`, {headers: {Accept: "application/json"}})
    return [metric, answer.then((response) => response.ok ? response.json() : null).catch(() => null)]
  }))
  zone()
})()
