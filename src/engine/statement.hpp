#pragma once
// Statement as the engine makes it. Internal to engine/.

#include "engine/engine.hpp"
#include "engine/parse_tree.hpp"
#include "engine/source_text.hpp"

#include <duckdb/parser/sql_statement.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace smew::engine {

class ParsedStatement final : public Statement {
public:
    struct Parts {
        StatementKind kind = StatementKind::kOther;
        std::size_t parameter_count = 0;
        bool constant = false;
        // What it reads from, but for its common table expressions; in lower case.
        std::set<std::string> tables;
        // The whole text that was parsed, for positions in errors. Shared by the statements of one text.
        std::shared_ptr<const SourceText> sql;
        duckdb::unique_ptr<duckdb::SQLStatement> tree;
        std::vector<std::optional<std::string>> names;  // result_names() of the tree as it was parsed
        // What else the statement does, before and after `tree`: CREATE TABLE t (a serial) makes a sequence first.
        std::vector<duckdb::unique_ptr<duckdb::SQLStatement>> before, after;
    };
    explicit ParsedStatement(Parts parts) : parts_(std::move(parts)) {}

    StatementKind kind() const override { return parts_.kind; }
    std::size_t parameter_count() const override { return parts_.parameter_count; }
    bool constant() const override { return parts_.constant; }

    // For the connection that prepares it.
    Parts& parts() { return parts_; }

private:
    Parts parts_;
};

}  // namespace smew::engine
