"""Opens an address in fresh contexts of a headless Chromium: when is the first chart on the screen, and how many bytes
did that take? firstchart.py ADDRESS TIMES. Needs Playwright and Debian's chromium; prints one line of JSON."""

import json
import sys

from playwright.sync_api import sync_playwright

# The page marks when it gave the first chart to the canvas. The frame after that one has it on the screen for certain.
WATCH = """(() => {
  const look = () => requestAnimationFrame(performance.getEntriesByName("first-chart").length
    ? () => { globalThis.firstChartShown = performance.now() } : look)
  look()
})()"""
PIXELS = """() => [...document.querySelectorAll(".chart canvas")].some((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))"""
BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def once(browser, address):
    context = browser.new_context(locale="en-GB", viewport={"width": 1360, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(address)
        shown = page.wait_for_function("() => globalThis.firstChartShown", timeout=20_000).json_value()
        # All that the page asks for before it settles: its files, and the answers that its charts show.
        page.wait_for_function("() => document.querySelectorAll('.chart[aria-busy=false]').length === 4", timeout=20_000)
        if not page.evaluate(PIXELS):
            raise RuntimeError("the chart is empty")
        return {"first_chart_ms": shown, "bytes": page.evaluate(BYTES)}
    finally:
        context.close()


def main(address, times):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        once(browser, address)   # the browser's own start
        reports = [once(browser, address) for _ in range(times)]
        browser.close()
    print("RESULT " + json.dumps({"reports": reports}))


main(sys.argv[1], int(sys.argv[2]))
