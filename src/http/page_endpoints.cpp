#include "http/endpoints.hpp"
#include "http/page_assets.hpp"
#include "http/problem.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

// Scripts, styles and connections of this server only; nothing inline, nobody's frame.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

const PageAsset* find_asset(std::string_view name) {
    const auto assets = page_assets();
    const auto found =
        std::find_if(assets.begin(), assets.end(), [&](const auto& asset) { return asset.name == name; });
    return found == assets.end() ? nullptr : &*found;
}

Response send_asset(const Request& request, std::string_view name) {
    const PageAsset* asset = find_asset(name);
    if (asset == nullptr) fail(404, "not_found", "there is nothing under this path");
    Response response;
    response.content_type = asset->content_type;
    // Kept by the browser, asked for each time: a new version of smew is seen at once.
    response.headers = {{"Cache-Control", "no-cache"},      {"ETag", std::string(asset->etag)},
                        {"Vary", "Accept-Encoding"},        {"Content-Security-Policy", std::string(kPolicy)},
                        {"Referrer-Policy", "no-referrer"}, {"Cross-Origin-Opener-Policy", "same-origin"}};
    if (request.if_none_match.find(asset->etag) != std::string::npos) {
        response.status = 304;
        return response;
    }
    const bool gzip = request.accept_encoding.find("gzip") != std::string::npos;
    response.body = gzip ? asset->gzip : asset->body;
    if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
    return response;
}

}  // namespace

Response dashboard(const Request& request, Context&) {
    return send_asset(request, "dashboard.html");
}

Response console(const Request& request, Context&) {
    return send_asset(request, "console.html");
}

Response page_asset(const Request& request, Context&) {
    const std::string& name = request.parameter("asset");
    if (name.ends_with(".html")) fail(404, "not_found", "there is nothing under this path");
    return send_asset(request, name);
}

}  // namespace smew::http::endpoints
