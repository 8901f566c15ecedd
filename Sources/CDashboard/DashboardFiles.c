#include "CDashboard.h"

// The page's files are embedded by the preprocessor: compiled in 0.05 s, where an array literal of the same 50 KB in
// Swift (what SwiftPM's `.embedInCode` makes) takes 4 to 9 s. The compiler tracks them, so an edit rebuilds this file.
#pragma clang diagnostic ignored "-Wc23-extensions"

#if !__has_embed("../../.cache/uplot/uplot.iife.min.js") || !__has_embed("../../.cache/uplot/uplot.min.css")
#error "uPlot, which the chart page draws with, has not been fetched yet: run scripts/setup, then build again."
#else

static const unsigned char index_html[] = {
#embed "../HowUsedServer/Dashboard/Web/index.html"
};
static const unsigned char app_css[] = {
#embed "../HowUsedServer/Dashboard/Web/app.css"
};
static const unsigned char icon_svg[] = {
#embed "../HowUsedServer/Dashboard/Web/icon.svg"
};
static const unsigned char start_js[] = {
#embed "../HowUsedServer/Dashboard/Web/start.js"
};
static const unsigned char app_js[] = {
#embed "../HowUsedServer/Dashboard/Web/app.js"
};
static const unsigned char api_js[] = {
#embed "../HowUsedServer/Dashboard/Web/api.js"
};
static const unsigned char link_js[] = {
#embed "../HowUsedServer/Dashboard/Web/link.js"
};
static const unsigned char text_js[] = {
#embed "../HowUsedServer/Dashboard/Web/text.js"
};
static const unsigned char words_js[] = {
#embed "../HowUsedServer/Dashboard/Web/words.js"
};
static const unsigned char dom_js[] = {
#embed "../HowUsedServer/Dashboard/Web/dom.js"
};
static const unsigned char live_js[] = {
#embed "../HowUsedServer/Dashboard/Web/live.js"
};
static const unsigned char header_js[] = {
#embed "../HowUsedServer/Dashboard/Web/header.js"
};
static const unsigned char overview_js[] = {
#embed "../HowUsedServer/Dashboard/Web/overview.js"
};
static const unsigned char controls_js[] = {
#embed "../HowUsedServer/Dashboard/Web/controls.js"
};
static const unsigned char chart_js[] = {
#embed "../HowUsedServer/Dashboard/Web/chart.js"
};
static const unsigned char notes_js[] = {
#embed "../HowUsedServer/Dashboard/Web/notes.js"
};
static const unsigned char plot_js[] = {
#embed "../HowUsedServer/Dashboard/Web/plot.js"
};
static const unsigned char tables_js[] = {
#embed "../HowUsedServer/Dashboard/Web/tables.js"
};
static const unsigned char states_js[] = {
#embed "../HowUsedServer/Dashboard/Web/states.js"
};
static const unsigned char uplot_js[] = {
#embed "../../.cache/uplot/uplot.iife.min.js"
};
static const unsigned char uplot_css[] = {
#embed "../../.cache/uplot/uplot.min.css"
};

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define JS "text/javascript; charset=utf-8"
#define SVG "image/svg+xml"
#define FILE(name, type, bytes) {name, type, bytes, sizeof bytes}

static const DashboardFile files[] = {
    FILE("index.html", HTML, index_html),
    FILE("app.css", CSS, app_css),
    FILE("icon.svg", SVG, icon_svg),
    FILE("start.js", JS, start_js),
    FILE("app.js", JS, app_js),
    FILE("api.js", JS, api_js),
    FILE("link.js", JS, link_js),
    FILE("text.js", JS, text_js),
    FILE("words.js", JS, words_js),
    FILE("dom.js", JS, dom_js),
    FILE("live.js", JS, live_js),
    FILE("header.js", JS, header_js),
    FILE("overview.js", JS, overview_js),
    FILE("controls.js", JS, controls_js),
    FILE("chart.js", JS, chart_js),
    FILE("notes.js", JS, notes_js),
    FILE("plot.js", JS, plot_js),
    FILE("tables.js", JS, tables_js),
    FILE("states.js", JS, states_js),
    FILE("uplot.js", JS, uplot_js),
    FILE("uplot.css", CSS, uplot_css),
};

size_t dashboardFileCount(void) { return sizeof files / sizeof files[0]; }

DashboardFile dashboardFile(size_t index) { return files[index]; }

#endif
