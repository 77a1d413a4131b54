#pragma once
// The route table as an OpenAPI 3.1 document.

#include <boost/json/object.hpp>

#include <string_view>

namespace smew::http {

boost::json::object openapi_document(std::string_view version);

}  // namespace smew::http
