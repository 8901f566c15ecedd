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
// uPlot's few rules in front of ours: a request less before the first chart.
static const unsigned char app_css[] = {
#embed "../../.cache/uplot/uplot.min.css"
    ,
#embed "../HowUsedServer/Dashboard/Web/app.css"
};
static const unsigned char panels_css[] = {
#embed "../HowUsedServer/Dashboard/Web/panels.css"
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
static const unsigned char zone_js[] = {
#embed "../HowUsedServer/Dashboard/Web/zone.js"
};
static const unsigned char text_js[] = {
#embed "../HowUsedServer/Dashboard/Web/text.js"
};
static const unsigned char words_en_js[] = {
#embed "../HowUsedServer/Dashboard/Web/words.en.js"
};
static const unsigned char words_ru_js[] = {
#embed "../HowUsedServer/Dashboard/Web/words.ru.js"
};
static const unsigned char dom_js[] = {
#embed "../HowUsedServer/Dashboard/Web/dom.js"
};
static const unsigned char live_js[] = {
#embed "../HowUsedServer/Dashboard/Web/live.js"
};
static const unsigned char rounds_js[] = {
#embed "../HowUsedServer/Dashboard/Web/rounds.js"
};
static const unsigned char loads_js[] = {
#embed "../HowUsedServer/Dashboard/Web/loads.js"
};
static const unsigned char freshness_js[] = {
#embed "../HowUsedServer/Dashboard/Web/freshness.js"
};
static const unsigned char page_js[] = {
#embed "../HowUsedServer/Dashboard/Web/page.js"
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
static const unsigned char filterbox_js[] = {
#embed "../HowUsedServer/Dashboard/Web/filterbox.js"
};
static const unsigned char chart_js[] = {
#embed "../HowUsedServer/Dashboard/Web/chart.js"
};
static const unsigned char reading_js[] = {
#embed "../HowUsedServer/Dashboard/Web/reading.js"
};
static const unsigned char legend_js[] = {
#embed "../HowUsedServer/Dashboard/Web/legend.js"
};
static const unsigned char datatable_js[] = {
#embed "../HowUsedServer/Dashboard/Web/datatable.js"
};
static const unsigned char plot_js[] = {
#embed "../HowUsedServer/Dashboard/Web/plot.js"
};
static const unsigned char shapes_js[] = {
#embed "../HowUsedServer/Dashboard/Web/shapes.js"
};
static const unsigned char states_js[] = {
#embed "../HowUsedServer/Dashboard/Web/states.js"
};
static const unsigned char more_js[] = {
#embed "../HowUsedServer/Dashboard/Web/more.js"
};
static const unsigned char panel_js[] = {
#embed "../HowUsedServer/Dashboard/Web/panel.js"
};
static const unsigned char tabs_js[] = {
#embed "../HowUsedServer/Dashboard/Web/tabs.js"
};
static const unsigned char top_js[] = {
#embed "../HowUsedServer/Dashboard/Web/top.js"
};
static const unsigned char toprows_js[] = {
#embed "../HowUsedServer/Dashboard/Web/toprows.js"
};
static const unsigned char retention_js[] = {
#embed "../HowUsedServer/Dashboard/Web/retention.js"
};
static const unsigned char heatmap_js[] = {
#embed "../HowUsedServer/Dashboard/Web/heatmap.js"
};
static const unsigned char feed_js[] = {
#embed "../HowUsedServer/Dashboard/Web/feed.js"
};
static const unsigned char uplot_js[] = {
#embed "../../.cache/uplot/uplot.iife.min.js"
};

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define JS "text/javascript; charset=utf-8"
#define SVG "image/svg+xml"
#define FILE(name, type, bytes) {name, type, bytes, sizeof bytes}

static const DashboardFile files[] = {
    FILE("index.html", HTML, index_html),
    FILE("app.css", CSS, app_css),
    FILE("panels.css", CSS, panels_css),
    FILE("icon.svg", SVG, icon_svg),
    FILE("start.js", JS, start_js),
    FILE("app.js", JS, app_js),
    FILE("api.js", JS, api_js),
    FILE("link.js", JS, link_js),
    FILE("zone.js", JS, zone_js),
    FILE("text.js", JS, text_js),
    FILE("words.en.js", JS, words_en_js),
    FILE("words.ru.js", JS, words_ru_js),
    FILE("dom.js", JS, dom_js),
    FILE("live.js", JS, live_js),
    FILE("rounds.js", JS, rounds_js),
    FILE("loads.js", JS, loads_js),
    FILE("freshness.js", JS, freshness_js),
    FILE("page.js", JS, page_js),
    FILE("header.js", JS, header_js),
    FILE("overview.js", JS, overview_js),
    FILE("controls.js", JS, controls_js),
    FILE("filterbox.js", JS, filterbox_js),
    FILE("chart.js", JS, chart_js),
    FILE("reading.js", JS, reading_js),
    FILE("legend.js", JS, legend_js),
    FILE("datatable.js", JS, datatable_js),
    FILE("plot.js", JS, plot_js),
    FILE("shapes.js", JS, shapes_js),
    FILE("states.js", JS, states_js),
    FILE("more.js", JS, more_js),
    FILE("panel.js", JS, panel_js),
    FILE("tabs.js", JS, tabs_js),
    FILE("top.js", JS, top_js),
    FILE("toprows.js", JS, toprows_js),
    FILE("retention.js", JS, retention_js),
    FILE("heatmap.js", JS, heatmap_js),
    FILE("feed.js", JS, feed_js),
    FILE("uplot.js", JS, uplot_js),
};

size_t dashboardFileCount(void) { return sizeof files / sizeof files[0]; }

DashboardFile dashboardFile(size_t index) { return files[index]; }

#endif
