#include "pgsession/setting_table.hpp"

#include "sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace smew::pgsession {
namespace {

using Kind = SettingKind;

constexpr std::string_view kMessageLevels = "debug5,debug4,debug3,debug2,debug1,debug,info,notice,warning,log,error";
constexpr std::string_view kIsolationLevels = "serializable,repeatable read,read committed,read uncommitted";

// In the order of enum Setting; setting_table_test holds them equal.
constexpr std::array kTable{
    SettingDefinition{.name = "application_name",
                      .kind = Kind::kString,
                      .reported = true,
                      .description = "The application name, shown in the list of sessions."},
    SettingDefinition{.name = "bytea_output",
                      .kind = Kind::kEnum,
                      .default_value = "hex",
                      .choices = "hex,escape",
                      .description = "The text form of bytea."},
    SettingDefinition{
        .name = "check_function_bodies", .kind = Kind::kBool, .default_value = "on", .description = "Without effect."},
    SettingDefinition{.name = "client_encoding",
                      .kind = Kind::kClientEncoding,
                      .default_value = "UTF8",
                      .reported = true,
                      .description = "The client's character set: UTF8."},
    SettingDefinition{.name = "client_min_messages",
                      .kind = Kind::kEnum,
                      .default_value = "notice",
                      .choices = kMessageLevels,
                      .description = "The least level of messages sent to the client."},
    SettingDefinition{.name = "compatibility",
                      .kind = Kind::kEnum,
                      .default_value = "postgres",
                      .choices = "postgres,duckdb",
                      .description = "Whose rules hold where PostgreSQL's and DuckDB's SQL differ."},
    SettingDefinition{.name = "DateStyle",
                      .kind = Kind::kDateStyle,
                      .default_value = "ISO, MDY",
                      .reported = true,
                      .description = "The form of dates: ISO."},
    SettingDefinition{.name = "default_table_access_method",
                      .kind = Kind::kString,
                      .default_value = "heap",
                      .description = "Without effect."},
    SettingDefinition{.name = "default_tablespace", .kind = Kind::kString, .description = "Without effect."},
    SettingDefinition{.name = "default_transaction_deferrable",
                      .kind = Kind::kBool,
                      .default_value = "off",
                      .description = "Without effect."},
    SettingDefinition{.name = "default_transaction_isolation",
                      .kind = Kind::kEnum,
                      .default_value = "read committed",
                      .choices = kIsolationLevels,
                      .description = "The level of new transactions. Each keeps to one snapshot, whatever the level."},
    SettingDefinition{.name = "default_transaction_read_only",
                      .kind = Kind::kBool,
                      .default_value = "off",
                      .reported = true,
                      .description = "Whether new transactions refuse to write."},
    SettingDefinition{
        .name = "escape_string_warning", .kind = Kind::kBool, .default_value = "on", .description = "Without effect."},
    SettingDefinition{.name = "extra_float_digits",
                      .kind = Kind::kInteger,
                      .default_value = "1",
                      .minimum = -15,
                      .maximum = 3,
                      .description = "Digits of floating-point values; above 0: shortest exact."},
    SettingDefinition{.name = "idle_in_transaction_session_timeout",
                      .kind = Kind::kMilliseconds,
                      .default_value = "0",
                      .description = "Ends a session that is idle in a transaction."},
    SettingDefinition{.name = "idle_session_timeout",
                      .kind = Kind::kMilliseconds,
                      .default_value = "0",
                      .description = "Ends a session that is idle outside a transaction."},
    SettingDefinition{.name = "in_hot_standby",
                      .kind = Kind::kBool,
                      .default_value = "off",
                      .reported = true,
                      .read_only = true,
                      .description = "Whether the server is a hot standby."},
    SettingDefinition{.name = "integer_datetimes",
                      .kind = Kind::kBool,
                      .default_value = "on",
                      .reported = true,
                      .read_only = true,
                      .description = "Whether times are integers in binary form."},
    SettingDefinition{.name = "IntervalStyle",
                      .kind = Kind::kEnum,
                      .default_value = "postgres",
                      .choices = "postgres",
                      .reported = true,
                      .description = "The form of intervals."},
    SettingDefinition{.name = "is_superuser",
                      .kind = Kind::kBool,
                      .default_value = "off",
                      .reported = true,
                      .read_only = true,
                      .description = "Whether the user is a superuser."},
    SettingDefinition{.name = "jit", .kind = Kind::kBool, .default_value = "off", .description = "Without effect."},
    SettingDefinition{.name = "lc_collate",
                      .kind = Kind::kString,
                      .default_value = "C",
                      .read_only = true,
                      .description = "The order of text."},
    SettingDefinition{.name = "lc_ctype",
                      .kind = Kind::kString,
                      .default_value = "C.UTF-8",
                      .read_only = true,
                      .description = "The classes of characters."},
    SettingDefinition{
        .name = "lc_messages", .kind = Kind::kString, .default_value = "C", .description = "Without effect."},
    SettingDefinition{
        .name = "lc_monetary", .kind = Kind::kString, .default_value = "C", .description = "Without effect."},
    SettingDefinition{
        .name = "lc_numeric", .kind = Kind::kString, .default_value = "C", .description = "Without effect."},
    SettingDefinition{.name = "lc_time", .kind = Kind::kString, .default_value = "C", .description = "Without effect."},
    SettingDefinition{.name = "lock_timeout",
                      .kind = Kind::kMilliseconds,
                      .default_value = "0",
                      .description = "Without effect: statements do not wait for locks."},
    SettingDefinition{.name = "max_identifier_length",
                      .kind = Kind::kInteger,
                      .default_value = "63",
                      .maximum = 63,
                      .read_only = true,
                      .description = "The longest name PostgreSQL keeps."},
    SettingDefinition{.name = "max_index_keys",
                      .kind = Kind::kInteger,
                      .default_value = "32",
                      .maximum = 32,
                      .read_only = true,
                      .description = "The most columns of an index."},
    SettingDefinition{.name = "password_encryption",
                      .kind = Kind::kEnum,
                      .default_value = "scram-sha-256",
                      .choices = "scram-sha-256",
                      .description = "How passwords are kept."},
    SettingDefinition{
        .name = "query_class",
        .kind = Kind::kEnum,
        .default_value = "auto",
        .choices = "auto,small,large",
        .description = "Whether statements wait for the memory of large ones: auto decides by their plans."},
    SettingDefinition{
        .name = "quote_all_identifiers", .kind = Kind::kBool, .default_value = "off", .description = "Without effect."},
    SettingDefinition{
        .name = "row_security", .kind = Kind::kBool, .default_value = "on", .description = "Without effect."},
    SettingDefinition{.name = "search_path",
                      .kind = Kind::kList,
                      .default_value = "\"$user\", public",
                      .description = "Where names without a schema are looked up."},
    SettingDefinition{.name = "server_encoding",
                      .kind = Kind::kString,
                      .default_value = "UTF8",
                      .reported = true,
                      .read_only = true,
                      .description = "The server's character set."},
    SettingDefinition{.name = "server_version",
                      .kind = Kind::kString,
                      .default_value = "15.8",
                      .reported = true,
                      .read_only = true,
                      .description = "The version of PostgreSQL whose protocol this is."},
    SettingDefinition{.name = "server_version_num",
                      .kind = Kind::kInteger,
                      .default_value = "150008",
                      .maximum = 150'008,
                      .read_only = true,
                      .description = "The same as a number."},
    SettingDefinition{.name = "session_authorization",
                      .kind = Kind::kString,
                      .reported = true,
                      .read_only = true,
                      .description = "The user."},
    SettingDefinition{.name = "standard_conforming_strings",
                      .kind = Kind::kEnum,
                      .default_value = "on",
                      .choices = "on",
                      .reported = true,
                      .description = "Backslashes in '…' are plain characters."},
    SettingDefinition{.name = "statement_timeout",
                      .kind = Kind::kMilliseconds,
                      .default_value = "0",
                      .description = "Ends a statement that runs longer, at most the server's limit."},
    SettingDefinition{
        .name = "synchronize_seqscans", .kind = Kind::kBool, .default_value = "on", .description = "Without effect."},
    SettingDefinition{.name = "synchronous_commit",
                      .kind = Kind::kEnum,
                      .default_value = "on",
                      .choices = "local,remote_write,remote_apply,on,off",
                      .description = "Without effect."},
    SettingDefinition{.name = "TimeZone",
                      .kind = Kind::kTimeZone,
                      .default_value = "UTC",
                      .reported = true,
                      .description = "The time zone of timestamps with time zone."},
    SettingDefinition{.name = "transaction_deferrable",
                      .kind = Kind::kBool,
                      .default_value = "off",
                      .description = "Without effect."},
    SettingDefinition{.name = "transaction_isolation",
                      .kind = Kind::kEnum,
                      .default_value = "read committed",
                      .choices = kIsolationLevels,
                      .description = "The level of this transaction."},
    SettingDefinition{.name = "transaction_read_only",
                      .kind = Kind::kBool,
                      .default_value = "off",
                      .description = "Whether this transaction refuses to write."},
    SettingDefinition{.name = "xmloption",
                      .kind = Kind::kEnum,
                      .default_value = "content",
                      .choices = "content,document",
                      .description = "Without effect."},
};
static_assert(kTable.size() == static_cast<std::size_t>(Setting::kCount));

}  // namespace

std::span<const SettingDefinition> setting_table() {
    return kTable;
}

const SettingDefinition& definition_of(Setting setting) {
    return kTable[static_cast<std::size_t>(setting)];
}

const SettingDefinition* find_setting(std::string_view name) {
    const auto found = std::ranges::find_if(
        kTable, [&](const SettingDefinition& row) { return sql::equal_ignoring_case(row.name, name); });
    return found == kTable.end() ? nullptr : &*found;
}

Setting setting_of(const SettingDefinition& definition) {
    return static_cast<Setting>(&definition - kTable.data());
}

}  // namespace smew::pgsession
