// Functions by their name and OID: regproc.
#include "engine/errors.hpp"
#include "engine/object_names.hpp"
#include "engine/procedures.hpp"
#include "pgcatalog/support_functions.hpp"

#include <algorithm>

namespace smew::engine {
namespace {

std::optional<std::int64_t> support_function_named(const std::string& name) {
    const auto all = pgcatalog::support_functions();
    const auto found = std::ranges::find(all, name, &pgcatalog::SupportFunction::name);
    return found == all.end() ? std::nullopt : std::optional<std::int64_t>(found->oid);
}

Error several(const std::string& name) {
    return {Sqlstate("42725"), "more than one function named \"" + name + "\"", "", "Give the function's OID instead."};
}

}  // namespace

std::optional<std::int64_t> find_procedure(duckdb::ClientContext& context, const std::vector<std::string>& name) {
    if (const auto support = support_function_named(name.back())) return support;
    std::optional<std::int64_t> found;
    for (const Procedure& procedure : procedures_of(context)) {
        if (procedure.name != name.back()) continue;
        if (found) throw_through_duckdb(several(name.back()));
        found = procedure.oid;
    }
    return found;
}

std::unordered_map<std::int64_t, std::string> procedure_names(duckdb::ClientContext& context) {
    std::unordered_map<std::int64_t, std::string> names;
    for (const Procedure& procedure : procedures_of(context)) {
        names.emplace(procedure.oid, quote_if_needed(procedure.name));
    }
    return names;
}

}  // namespace smew::engine
