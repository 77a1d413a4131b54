#pragma once
// The files of web/, bundled and compressed at build time and part of the program (scripts/embed-pages).

#include <span>
#include <string_view>

namespace smew::http {

struct PageAsset {
    std::string_view name;  // "console.js"
    std::string_view content_type;
    std::string_view body, gzip;
    std::string_view etag;  // quoted; of the body
};

std::span<const PageAsset> page_assets();

}  // namespace smew::http
