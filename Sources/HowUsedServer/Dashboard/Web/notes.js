// What must be known to read a chart's numbers right, in words.
import {isFiltered} from "./link.js"
import {number, t} from "./text.js"

/** Texts about a metric's answer; most often none. */
export function notesOf(metric, answer, view) {
  const whole = metric === "new" || metric === "online"
  const {unattributedUses: uses = 0, crowdedBuckets: buckets = 0, omittedSeries: omitted = 0} = answer
  const count = (key, n) => t(key, {n: number(n), count: n})
  return [
    whole && (isFiltered(view) || view.segment) && t("wholeBot"),
    metric === "users" && view.segment && t("overlap"),
    noteOf(answer),
    uses > 0 && count(isFiltered(view) ? "unattributedFiltered" : "unattributed", uses),
    buckets > 0 && count("crowded", buckets),
    omitted > 0 && count("omitted", omitted),
    metric === "users" && answer.approximate && t("estimates"),
  ].filter(Boolean)
}

/** What is special about the buckets; in the server's words if ours don't know it. */
export function noteOf({note, noteCode}) {
  return noteCode && t(`note_${noteCode}`) || note || ""
}
