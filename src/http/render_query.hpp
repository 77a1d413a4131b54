#pragma once
// One statement as a JSON object.

#include "link/query_record.hpp"

#include <boost/json/object.hpp>

namespace smew::http {

boost::json::object render(const link::QueryRecord& record);

}  // namespace smew::http
