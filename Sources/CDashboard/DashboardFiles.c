#include "CDashboard.h"

// The page's files are embedded by the preprocessor: compiled in 0.05 s, where an array literal of the same 50 KB in
// Swift (what SwiftPM's `.embedInCode` makes) takes 4 to 9 s. The compiler tracks them, so an edit rebuilds this file.
#pragma clang diagnostic ignored "-Wc23-extensions"

#if !__has_embed("../../.cache/uplot/uplot.iife.min.js") || !__has_embed("../../.cache/uplot/uplot.min.css")
#error "uPlot, which the chart page draws with, has not been fetched yet: run scripts/setup, then build again."
#else

static const unsigned char uPlotScript[] = {
#embed "../../.cache/uplot/uplot.iife.min.js"
};
static const unsigned char uPlotStyle[] = {
#embed "../../.cache/uplot/uplot.min.css"
};
static const unsigned char indexPage[] = {
#embed "../HowUsedServer/Dashboard/Web/index.html"
};

#define FILE(name, type, bytes) {name, type, bytes, sizeof bytes}

static const DashboardFile files[] = {
    FILE("index.html", "text/html; charset=utf-8", indexPage),
    FILE("uplot.js", "text/javascript; charset=utf-8", uPlotScript),
    FILE("uplot.css", "text/css; charset=utf-8", uPlotStyle),
};

size_t dashboardFileCount(void) { return sizeof files / sizeof files[0]; }

DashboardFile dashboardFile(size_t index) { return files[index]; }

#endif
