// Types, built in and made by users, the labels of enums, and sequences: what pg_type, pg_enum and pg_sequence list.
#include "engine/catalog_function.hpp"
#include "engine/type_map.hpp"
#include "engine/workspace_objects.hpp"
#include "pgcatalog/builtin_types.hpp"

#include <duckdb/catalog/catalog_entry/sequence_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/type_catalog_entry.hpp>

namespace smew::engine {
namespace {

using duckdb::CatalogType;

// PostgreSQL's functions that read and write the types of users: enum_in …, array_in …, domain_in …
constexpr std::int64_t kEnumIn = 3504, kEnumOut = 3505, kEnumReceive = 3532, kEnumSend = 3533;
constexpr std::int64_t kArrayIn = 750, kArrayOut = 751, kArrayReceive = 2400, kArraySend = 2401;
constexpr std::int64_t kDomainIn = 2597, kDomainReceive = 2598;

struct PgType {
    std::int64_t oid = 0;
    std::string name, sql_name;
    std::int64_t schema_oid = kPgCatalogOid, owner = kSystemRole;
    std::int16_t length = -1;
    char kind = 'b', category = 'U';
    bool preferred = false;
    char delimiter = ',';
    std::int64_t element = 0, array = 0;
    std::int64_t input = 0, output = 0, receive = 0, send = 0, modifier_in = 0, modifier_out = 0;
    char alignment = 'i', storage = 'x';
    std::int64_t collation = 0, base = 0;
    std::optional<std::string> comment;
};

PgType builtin(const pgcatalog::BuiltinType& from) {
    PgType type;
    type.oid = from.oid;
    type.name = from.name;
    type.sql_name = from.sql_name;
    type.length = from.length;
    type.kind = from.kind;
    type.category = from.category;
    type.preferred = from.preferred;
    type.delimiter = from.delimiter;
    type.element = from.element;
    type.array = from.array;
    type.input = from.input;
    type.output = from.output;
    type.receive = from.receive;
    type.send = from.send;
    type.modifier_in = from.modifier_in;
    type.modifier_out = from.modifier_out;
    type.alignment = from.alignment;
    type.storage = from.storage;
    type.collation = from.collation;
    return type;
}

PgType enumeration(const OwnSchema& schema, const duckdb::TypeCatalogEntry& entry) {
    PgType type;
    type.oid = oid_of(entry);
    type.name = type.sql_name = entry.name;
    type.schema_oid = schema.oid;
    type.owner = kUserRole;
    type.length = 4;
    type.kind = 'e';
    type.category = 'E';
    type.array = oid_of_array(type.oid);
    type.input = kEnumIn;
    type.output = kEnumOut;
    type.receive = kEnumReceive;
    type.send = kEnumSend;
    type.storage = 'p';
    type.comment = comment_of(entry);
    return type;
}

// Any other type of a user's is its base under another name, as a domain is; a struct's base is json, as clients get
// it.
PgType domain(const OwnSchema& schema, const duckdb::TypeCatalogEntry& entry) {
    duckdb::LogicalType plain = entry.user_type;
    if (plain.HasAlias() && !plain.IsJSONType()) plain.SetAlias("");
    const auto* base = pgcatalog::builtin_type(postgres_type(describe(plain)).oid);
    PgType type = builtin(*base);
    type.oid = oid_of(entry);
    type.name = type.sql_name = entry.name;
    type.schema_oid = schema.oid;
    type.owner = kUserRole;
    type.kind = 'd';
    type.preferred = false;
    type.element = 0;
    type.array = oid_of_array(type.oid);
    type.input = kDomainIn;
    type.receive = kDomainReceive;
    type.base = base->oid;
    type.comment = comment_of(entry);
    return type;
}

PgType array_of(const PgType& element) {
    PgType type;
    type.oid = element.array;
    type.name = "_" + element.name;
    type.schema_oid = element.schema_oid;
    type.owner = element.owner;
    type.category = 'A';
    type.element = element.oid;
    type.input = kArrayIn;
    type.output = kArrayOut;
    type.receive = kArrayReceive;
    type.send = kArraySend;
    return type;
}

template <class Visit>
void for_each_own_type(duckdb::ClientContext& context, Visit&& visit) {
    for (const OwnSchema& schema : own_schemas(context)) {
        for (auto& entry : entries_of(context, schema, CatalogType::TYPE_ENTRY)) {
            visit(schema, entry.get().Cast<duckdb::TypeCatalogEntry>());
        }
    }
}

bool is_enum(const duckdb::TypeCatalogEntry& entry) {
    return entry.user_type.id() == duckdb::LogicalTypeId::ENUM;
}

std::vector<PgType> collect_types(duckdb::ClientContext& context) {
    std::vector<PgType> types;
    for (const pgcatalog::BuiltinType& type : pgcatalog::builtin_types()) types.push_back(builtin(type));
    for_each_own_type(context, [&](const OwnSchema& schema, const duckdb::TypeCatalogEntry& entry) {
        types.push_back(is_enum(entry) ? enumeration(schema, entry) : domain(schema, entry));
        types.push_back(array_of(types.back()));
    });
    return types;
}

struct EnumLabel {
    std::int64_t oid = 0, type_oid = 0;
    float order = 0;
    std::string label;
};

std::vector<EnumLabel> collect_labels(duckdb::ClientContext& context) {
    std::vector<EnumLabel> labels;
    for_each_own_type(context, [&](const OwnSchema&, const duckdb::TypeCatalogEntry& entry) {
        if (!is_enum(entry)) return;
        for (std::size_t i = 0; i < duckdb::EnumType::GetSize(entry.user_type); ++i) {
            labels.push_back({oid_of_constraint(entry, i), oid_of(entry), static_cast<float>(i + 1),
                              duckdb::EnumType::GetString(entry.user_type, i).GetString()});
        }
    });
    return labels;
}

struct Sequence {
    std::int64_t oid = 0;
    std::string schema, name;
    std::int64_t start = 0, increment = 0, minimum = 0, maximum = 0;
    bool cycle = false;
    std::optional<std::int64_t> last_value;
};

std::vector<Sequence> collect_sequences(duckdb::ClientContext& context) {
    std::vector<Sequence> sequences;
    for (const OwnSchema& schema : own_schemas(context)) {
        for (auto& entry : entries_of(context, schema, CatalogType::SEQUENCE_ENTRY)) {
            const duckdb::SequenceData data = entry.get().Cast<duckdb::SequenceCatalogEntry>().GetData();
            Sequence sequence{oid_of(entry),  schema.name,    entry.get().name, data.start_value, data.increment,
                              data.min_value, data.max_value, data.cycle,       std::nullopt};
            if (data.usage_count > 0) sequence.last_value = data.last_value;
            sequences.push_back(std::move(sequence));
        }
    }
    return sequences;
}

}  // namespace

duckdb::TableFunction catalog_types() {
    return table_function<PgType>({"smew_types",
                                   {column("oid", "oid", &PgType::oid),
                                    column("name", "name", &PgType::name),
                                    column("sql_name", "text", &PgType::sql_name),
                                    column("schema_oid", "oid", &PgType::schema_oid),
                                    column("owner", "oid", &PgType::owner),
                                    column("length", "int2", &PgType::length),
                                    column("kind", "char", &PgType::kind),
                                    column("category", "char", &PgType::category),
                                    column("preferred", "bool", &PgType::preferred),
                                    column("delimiter", "char", &PgType::delimiter),
                                    column("element", "oid", &PgType::element),
                                    column("array_oid", "oid", &PgType::array),
                                    column("input", "regproc", &PgType::input),
                                    column("output", "regproc", &PgType::output),
                                    column("receive", "regproc", &PgType::receive),
                                    column("send", "regproc", &PgType::send),
                                    column("modifier_in", "regproc", &PgType::modifier_in),
                                    column("modifier_out", "regproc", &PgType::modifier_out),
                                    column("alignment", "char", &PgType::alignment),
                                    column("storage", "char", &PgType::storage),
                                    column("collation_oid", "oid", &PgType::collation),
                                    column("base", "oid", &PgType::base),
                                    column("comment", "text", &PgType::comment)},
                                   collect_types});
}

duckdb::TableFunction catalog_enum_labels() {
    return table_function<EnumLabel>(
        {"smew_enum_labels",
         {column("oid", "oid", &EnumLabel::oid), column("type_oid", "oid", &EnumLabel::type_oid),
          column("sort_order", "float4", &EnumLabel::order), column("label", "name", &EnumLabel::label)},
         collect_labels});
}

duckdb::TableFunction catalog_sequences() {
    return table_function<Sequence>(
        {"smew_sequences",
         {column("oid", "oid", &Sequence::oid), column("schema", "name", &Sequence::schema),
          column("name", "name", &Sequence::name), column("start_value", "int8", &Sequence::start),
          column("increment", "int8", &Sequence::increment), column("minimum", "int8", &Sequence::minimum),
          column("maximum", "int8", &Sequence::maximum), column("cycles", "bool", &Sequence::cycle),
          column("last_value", "int8", &Sequence::last_value)},
         collect_sequences});
}

}  // namespace smew::engine
