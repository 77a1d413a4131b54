#include "pgcatalog/types.hpp"

#include <algorithm>
#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kTypes = {
    BuiltinType{16, 1000, "bool", "boolean"},
    BuiltinType{17, 1001, "bytea", "bytea"},
    BuiltinType{18, 1002, "char", "\"char\""},
    BuiltinType{19, 1003, "name", "name"},
    BuiltinType{20, 1016, "int8", "bigint"},
    BuiltinType{21, 1005, "int2", "smallint"},
    BuiltinType{22, 1006, "int2vector", "int2vector"},
    BuiltinType{23, 1007, "int4", "integer"},
    BuiltinType{24, 1008, "regproc", "regproc"},
    BuiltinType{25, 1009, "text", "text"},
    BuiltinType{26, 1028, "oid", "oid"},
    BuiltinType{27, 1010, "tid", "tid"},
    BuiltinType{28, 1011, "xid", "xid"},
    BuiltinType{29, 1012, "cid", "cid"},
    BuiltinType{30, 1013, "oidvector", "oidvector"},
    BuiltinType{32, 0, "pg_ddl_command", "pg_ddl_command"},
    BuiltinType{114, 199, "json", "json"},
    BuiltinType{142, 143, "xml", "xml"},
    BuiltinType{194, 0, "pg_node_tree", "pg_node_tree"},
    BuiltinType{269, 0, "table_am_handler", "table_am_handler"},
    BuiltinType{325, 0, "index_am_handler", "index_am_handler"},
    BuiltinType{600, 1017, "point", "point"},
    BuiltinType{601, 1018, "lseg", "lseg"},
    BuiltinType{602, 1019, "path", "path"},
    BuiltinType{603, 1020, "box", "box"},
    BuiltinType{604, 1027, "polygon", "polygon"},
    BuiltinType{628, 629, "line", "line"},
    BuiltinType{650, 651, "cidr", "cidr"},
    BuiltinType{700, 1021, "float4", "real"},
    BuiltinType{701, 1022, "float8", "double precision"},
    BuiltinType{705, 0, "unknown", "unknown"},
    BuiltinType{718, 719, "circle", "circle"},
    BuiltinType{774, 775, "macaddr8", "macaddr8"},
    BuiltinType{790, 791, "money", "money"},
    BuiltinType{829, 1040, "macaddr", "macaddr"},
    BuiltinType{869, 1041, "inet", "inet"},
    BuiltinType{1033, 1034, "aclitem", "aclitem"},
    BuiltinType{1042, 1014, "bpchar", "character"},
    BuiltinType{1043, 1015, "varchar", "character varying"},
    BuiltinType{1082, 1182, "date", "date"},
    BuiltinType{1083, 1183, "time", "time without time zone"},
    BuiltinType{1114, 1115, "timestamp", "timestamp without time zone"},
    BuiltinType{1184, 1185, "timestamptz", "timestamp with time zone"},
    BuiltinType{1186, 1187, "interval", "interval"},
    BuiltinType{1266, 1270, "timetz", "time with time zone"},
    BuiltinType{1560, 1561, "bit", "bit"},
    BuiltinType{1562, 1563, "varbit", "bit varying"},
    BuiltinType{1700, 1231, "numeric", "numeric"},
    BuiltinType{1790, 2201, "refcursor", "refcursor"},
    BuiltinType{2202, 2207, "regprocedure", "regprocedure"},
    BuiltinType{2203, 2208, "regoper", "regoper"},
    BuiltinType{2204, 2209, "regoperator", "regoperator"},
    BuiltinType{2205, 2210, "regclass", "regclass"},
    BuiltinType{2206, 2211, "regtype", "regtype"},
    BuiltinType{2249, 2287, "record", "record"},
    BuiltinType{2275, 1263, "cstring", "cstring"},
    BuiltinType{2276, 0, "any", "\"any\""},
    BuiltinType{2277, 0, "anyarray", "anyarray"},
    BuiltinType{2278, 0, "void", "void"},
    BuiltinType{2279, 0, "trigger", "trigger"},
    BuiltinType{2280, 0, "language_handler", "language_handler"},
    BuiltinType{2281, 0, "internal", "internal"},
    BuiltinType{2283, 0, "anyelement", "anyelement"},
    BuiltinType{2287, 0, "_record", "record[]"},
    BuiltinType{2776, 0, "anynonarray", "anynonarray"},
    BuiltinType{2950, 2951, "uuid", "uuid"},
    BuiltinType{2970, 2949, "txid_snapshot", "txid_snapshot"},
    BuiltinType{3115, 0, "fdw_handler", "fdw_handler"},
    BuiltinType{3220, 3221, "pg_lsn", "pg_lsn"},
    BuiltinType{3310, 0, "tsm_handler", "tsm_handler"},
    BuiltinType{3361, 0, "pg_ndistinct", "pg_ndistinct"},
    BuiltinType{3402, 0, "pg_dependencies", "pg_dependencies"},
    BuiltinType{3500, 0, "anyenum", "anyenum"},
    BuiltinType{3614, 3643, "tsvector", "tsvector"},
    BuiltinType{3615, 3645, "tsquery", "tsquery"},
    BuiltinType{3642, 3644, "gtsvector", "gtsvector"},
    BuiltinType{3734, 3735, "regconfig", "regconfig"},
    BuiltinType{3769, 3770, "regdictionary", "regdictionary"},
    BuiltinType{3802, 3807, "jsonb", "jsonb"},
    BuiltinType{3831, 0, "anyrange", "anyrange"},
    BuiltinType{3838, 0, "event_trigger", "event_trigger"},
    BuiltinType{3904, 3905, "int4range", "int4range"},
    BuiltinType{3906, 3907, "numrange", "numrange"},
    BuiltinType{3908, 3909, "tsrange", "tsrange"},
    BuiltinType{3910, 3911, "tstzrange", "tstzrange"},
    BuiltinType{3912, 3913, "daterange", "daterange"},
    BuiltinType{3926, 3927, "int8range", "int8range"},
    BuiltinType{4072, 4073, "jsonpath", "jsonpath"},
    BuiltinType{4089, 4090, "regnamespace", "regnamespace"},
    BuiltinType{4096, 4097, "regrole", "regrole"},
    BuiltinType{4191, 4192, "regcollation", "regcollation"},
    BuiltinType{4451, 6150, "int4multirange", "int4multirange"},
    BuiltinType{4532, 6151, "nummultirange", "nummultirange"},
    BuiltinType{4533, 6152, "tsmultirange", "tsmultirange"},
    BuiltinType{4534, 6153, "tstzmultirange", "tstzmultirange"},
    BuiltinType{4535, 6155, "datemultirange", "datemultirange"},
    BuiltinType{4536, 6157, "int8multirange", "int8multirange"},
    BuiltinType{4537, 0, "anymultirange", "anymultirange"},
    BuiltinType{4538, 0, "anycompatiblemultirange", "anycompatiblemultirange"},
    BuiltinType{4600, 0, "pg_brin_bloom_summary", "pg_brin_bloom_summary"},
    BuiltinType{4601, 0, "pg_brin_minmax_multi_summary", "pg_brin_minmax_multi_summary"},
    BuiltinType{5017, 0, "pg_mcv_list", "pg_mcv_list"},
    BuiltinType{5038, 5039, "pg_snapshot", "pg_snapshot"},
    BuiltinType{5069, 271, "xid8", "xid8"},
    BuiltinType{5077, 0, "anycompatible", "anycompatible"},
    BuiltinType{5078, 0, "anycompatiblearray", "anycompatiblearray"},
    BuiltinType{5079, 0, "anycompatiblenonarray", "anycompatiblenonarray"},
    BuiltinType{5080, 0, "anycompatiblerange", "anycompatiblerange"},
};

}  // namespace

std::span<const BuiltinType> builtin_types() {
    return kTypes;
}

const BuiltinType* find_type(std::uint32_t oid) {
    const auto found =
        std::lower_bound(kTypes.begin(), kTypes.end(), oid,
                         [](const BuiltinType& type, std::uint32_t wanted) { return type.oid < wanted; });
    return found != kTypes.end() && found->oid == oid ? &*found : nullptr;
}

const BuiltinType* find_type_of_array(std::uint32_t array_oid) {
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const BuiltinType& type) {
        return array_oid != 0 && type.array_oid == array_oid;
    });
    return found == kTypes.end() ? nullptr : &*found;
}

const BuiltinType* find_type_named(std::string_view name) {
    const auto found =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const BuiltinType& type) { return type.name == name; });
    return found == kTypes.end() ? nullptr : &*found;
}

}  // namespace smew::pgcatalog
