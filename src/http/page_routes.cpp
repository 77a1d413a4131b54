#include "http/endpoints.hpp"
#include "http/route_groups.hpp"

namespace smew::http {
namespace {

constexpr std::string_view kHtml = "text/html";

}  // namespace

void add_pages(Routes& routes) {
    routes.push_back(Route("GET", "/dashboard", Access::kPublic, "getDashboard",
                           "The dashboard: a page that asks for a key", endpoints::dashboard)
                         .gives_text(kHtml));
    routes.push_back(Route("GET", "/console", Access::kPublic, "getConsole",
                           "The SQL console: a page that asks for credentials", endpoints::console)
                         .gives_text(kHtml));
    routes.push_back(
        Route("GET", "/assets/{asset}", Access::kPublic, "getAsset", "What the pages consist of", endpoints::page_asset)
            .gives_text("text/javascript"));
}

}  // namespace smew::http
