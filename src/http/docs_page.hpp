#pragma once
// The route table as one HTML page without scripts or anything from elsewhere.

#include <string>
#include <string_view>

namespace smew::http {

std::string docs_page(std::string_view version);

}  // namespace smew::http
