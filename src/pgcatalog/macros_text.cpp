// Functions of text. Source: PostgreSQL 15 documentation, 9.4 "String Functions and Operators", 9.7 "Pattern Matching".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    Macro{"quote_ident", R"((word) AS CASE
        WHEN regexp_full_match(word, '[a-z_][a-z0-9_]*') AND word NOT IN (
            'all', 'analyse', 'analyze', 'and', 'any', 'array', 'as', 'asc', 'asymmetric',
            'authorization', 'between', 'bigint', 'binary', 'bit', 'boolean', 'both', 'case',
            'cast', 'char', 'character', 'check', 'coalesce', 'collate', 'collation', 'column',
            'concurrently', 'constraint', 'create', 'cross', 'current_catalog', 'current_date',
            'current_role', 'current_schema', 'current_time', 'current_timestamp', 'current_user',
            'dec', 'decimal', 'default', 'deferrable', 'desc', 'distinct', 'do', 'else', 'end',
            'except', 'exists', 'extract', 'false', 'fetch', 'float', 'for', 'foreign', 'freeze',
            'from', 'full', 'grant', 'greatest', 'group', 'grouping', 'having', 'ilike', 'in',
            'initially', 'inner', 'inout', 'int', 'integer', 'intersect', 'interval', 'into', 'is',
            'isnull', 'join', 'lateral', 'leading', 'least', 'left', 'like', 'limit', 'localtime',
            'localtimestamp', 'national', 'natural', 'nchar', 'none', 'normalize', 'not', 'notnull',
            'null', 'nullif', 'numeric', 'offset', 'on', 'only', 'or', 'order', 'out', 'outer',
            'overlaps', 'overlay', 'placing', 'position', 'precision', 'primary', 'real',
            'references', 'returning', 'right', 'row', 'select', 'session_user', 'setof', 'similar',
            'smallint', 'some', 'substring', 'symmetric', 'table', 'tablesample', 'then', 'time',
            'timestamp', 'to', 'trailing', 'treat', 'trim', 'true', 'union', 'unique', 'user',
            'using', 'values', 'varchar', 'variadic', 'verbose', 'when', 'where', 'window', 'with',
            'xmlattributes', 'xmlconcat', 'xmlelement', 'xmlexists', 'xmlforest', 'xmlnamespaces',
            'xmlparse', 'xmlpi', 'xmlroot', 'xmlserialize', 'xmltable')
        THEN word::VARCHAR ELSE '"' || replace(word, '"', '""') || '"' END)"},
    Macro{"quote_literal", R"((value) AS CASE WHEN contains(value::VARCHAR, '\')
        THEN 'E''' || replace(replace(value::VARCHAR, '\', '\\'), '''', '''''') || ''''
        ELSE '''' || replace(value::VARCHAR, '''', '''''') || '''' END)"},
    Macro{"quote_nullable", "(value) AS coalesce(pg_catalog.quote_literal(value), 'NULL')"},
    Macro{"initcap", R"((string) AS coalesce(array_to_string(list_transform(
        regexp_extract_all(string, '[\p{L}\p{N}]+|[^\p{L}\p{N}]+'),
        lambda word: upper(left(word, 1)) || lower(substring(word, 2))), ''), string))"},
    // What the dialect makes of string_to_array() with three arguments.
    Macro{"string_to_array_with_nulls", R"((string, delimiter, null_string) AS
        list_transform(string_split(string, delimiter), lambda part: nullif(part, null_string)))"},
    Macro{"btrim", "(string) AS trim(string), (string, characters) AS trim(string, characters)"},
    Macro{"overlay", R"((string, replacement, start) AS
        left(string, (start - 1)::BIGINT) || replacement || substring(string, (start + length(replacement))::BIGINT),
        (string, replacement, start, count) AS
        left(string, (start - 1)::BIGINT) || replacement || substring(string, (start + count)::BIGINT))"},
    Macro{"split_part", R"((string, delimiter, field) AS
        CASE WHEN string IS NULL OR delimiter IS NULL OR field IS NULL THEN NULL
             WHEN field = 0 THEN error('field position must not be zero')
             WHEN delimiter = '' THEN CASE WHEN field IN (1, -1) THEN string ELSE '' END
             ELSE coalesce(string_split(string, delimiter)[field], '') END)"},
    Macro{"string_to_table", "(string, delimiter) AS unnest(string_split(string, delimiter))"},
    Macro{
        "regexp_like",
        R"((string, pattern) AS regexp_matches(string, pattern), (string, pattern, flags) AS regexp_matches(string, pattern, flags))"},
    Macro{"regexp_count", R"((string, pattern) AS len(regexp_extract_all(string, pattern))::INTEGER,
        (string, pattern, start) AS len(regexp_extract_all(substring(string, start), pattern))::INTEGER)"},
    Macro{"regexp_substr", R"((string, pattern) AS
        CASE WHEN regexp_matches(string, pattern) THEN regexp_extract(string, pattern) END)"},
    Macro{"regexp_instr", R"((string, pattern) AS
        CASE WHEN regexp_matches(string, pattern)
             THEN length(regexp_extract(string, '^((?s:.*?))(?:' || pattern || ')', 1)) + 1 ELSE 0 END::INTEGER)"},
    Macro{"get_byte", R"((bytes, place) AS
        ((instr('0123456789ABCDEF', substring(hex(bytes), place * 2 + 1, 1)) - 1) * 16
         + instr('0123456789ABCDEF', substring(hex(bytes), place * 2 + 2, 1)) - 1)::INTEGER)"},
    Macro{"convert_from", "(bytes, encoding) AS decode(bytes)"},
    Macro{"convert_to", "(string, encoding) AS encode(string)"},
    // A group beyond the last is '', so the list is cut where the pattern's groups end.
    Macro{"regexp_match", R"((string, pattern) AS CASE WHEN NOT regexp_matches(string, pattern) THEN NULL
        WHEN len(regexp_extract_all(regexp_replace(pattern, '\\.', '', 'g'), '\((?:[^?]|$)')) = 0
        THEN [regexp_extract(string, pattern)]
        ELSE [regexp_extract(string, pattern, 1), regexp_extract(string, pattern, 2), regexp_extract(string,
              pattern, 3), regexp_extract(string, pattern, 4), regexp_extract(string, pattern, 5),
              regexp_extract(string, pattern, 6), regexp_extract(string, pattern, 7), regexp_extract(string,
              pattern, 8), regexp_extract(string, pattern, 9)
             ][1:len(regexp_extract_all(regexp_replace(pattern, '\\.', '', 'g'), '\((?:[^?]|$)'))] END)"},
};

}  // namespace

std::span<const Macro> text_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
