#include "engine/sql_text.hpp"

#include "core/characters.hpp"
#include "engine/dialect_tokens.hpp"
#include "engine/errors.hpp"
#include "engine/parse_tree.hpp"

#include <duckdb/common/error_data.hpp>
#include <duckdb/common/exception/parser_exception.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>

#include <cctype>
#include <map>

namespace smew::engine {
namespace {

constexpr int kMaxStars = 64;  // schema.table.* in one text

bool is_identifier(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

// Where the identifier that ends before `end` begins; `end` when there is none.
std::size_t identifier_before(std::string_view sql, std::size_t end) {
    std::size_t at = end;
    if (at == 0 || sql[at - 1] != '"') {
        while (at > 0 && is_identifier(sql[at - 1])) --at;
        return at;
    }
    for (--at; at > 0;) {
        --at;
        if (sql[at] != '"') continue;
        if (at == 0 || sql[at - 1] != '"') return at;
        --at;  // "" inside the quotes
    }
    return end;
}

// The index of the * a syntax error points at, or npos.
std::size_t star_of(const duckdb::ErrorData& error, std::string_view sql) {
    const Error known = to_error(error, sql);
    if (known.code != sqlstate::kSyntaxError || known.position == 0) return std::string_view::npos;
    const std::size_t at = byte_of_character(sql, static_cast<std::size_t>(known.position) - 1);
    return at < sql.size() && sql[at] == '*' ? at : std::string_view::npos;
}

// table.* means one table only if no other of that name stands in the statement.
bool is_ambiguous(duckdb::SQLStatement& statement) {
    std::map<std::string, std::string> schema_of;
    for (const duckdb::BaseTableRef* table : survey(statement).tables) {
        if (!table->alias.empty()) continue;
        const std::string schema = duckdb::StringUtil::Lower(table->schema_name);
        const auto [at, added] = schema_of.emplace(duckdb::StringUtil::Lower(table->table_name), schema);
        if (!added && at->second != schema) return true;
    }
    return false;
}

using Trees = duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>>;

Trees parse_with_stars(duckdb::ClientContext& context, const std::string& sql, bool folds_names) {
    std::string text = sql;
    duckdb::ParserOptions options = context.GetParserOptions();
    options.preserve_identifier_case = !folds_names;
    for (int tries = 0;; ++tries) {
        duckdb::Parser parser(options);
        try {
            parser.ParseQuery(text);
        } catch (const std::exception& exception) {
            const std::size_t star = star_of(duckdb::ErrorData(exception), text);
            if (star == std::string::npos || tries == kMaxStars) throw;
            std::string shorter = without_schema_before_star(text, star);
            if (shorter == text) throw;
            text = std::move(shorter);
            continue;
        }
        for (const auto& statement : parser.statements) {
            if (tries > 0 && is_ambiguous(*statement)) {
                throw duckdb::ParserException(
                    "schema.table.* is not supported for two tables of one name; give them aliases");
            }
        }
        return std::move(parser.statements);
    }
}

// False when the token step finds nothing to change.
Result<bool> rewrite(std::shared_ptr<const SourceText>& source, bool& split) {
    auto rewriting = rewrite_tokens(source->written());
    if (!rewriting) return rewriting.error();
    if (rewriting->edits.empty()) return false;
    split = rewriting->splits;
    source = std::make_shared<const SourceText>(source->written(), std::move(rewriting->edits));
    return true;
}

}  // namespace

std::string without_schema_before_star(std::string_view sql, std::size_t star) {
    std::string out(sql);
    if (star == 0 || sql[star - 1] != '.') return out;
    const std::size_t table = identifier_before(sql, star - 1);
    if (table == star - 1 || table == 0 || sql[table - 1] != '.') return out;
    const std::size_t schema = identifier_before(sql, table - 1);
    if (schema == table - 1) return out;
    // Blanks, so that positions in later errors stay right.
    for (std::size_t i = schema; i < table; ++i) out[i] = ' ';
    return out;
}

Result<ParsedText> parse_sql(duckdb::ClientContext& context, std::shared_ptr<const SourceText>& source,
                             Dialect dialect) {
    const bool postgres = dialect == Dialect::kPostgres;
    ParsedText parsed;
    if (postgres && loses_meaning(source->written())) {
        if (auto changed = rewrite(source, parsed.split); !changed) return changed.error();
    } else {
        try {
            parsed.trees = parse_with_stars(context, source->parsed(), postgres);
            return parsed;
        } catch (const std::exception&) {
            if (!postgres) throw;
            const auto changed = rewrite(source, parsed.split);
            if (!changed) return changed.error();
            if (!*changed) throw;
        }
    }
    parsed.trees = parse_with_stars(context, source->parsed(), postgres);
    return parsed;
}

}  // namespace smew::engine
