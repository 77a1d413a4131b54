#pragma once
// The session settings a client can see: the one table of SET, SHOW, RESET and ParameterStatus.

#include "core/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

// In the order of the table, so that a setting is found by its place.
enum class Setting : std::uint8_t {
    kApplicationName,
    kByteaOutput,
    kCheckFunctionBodies,
    kClientEncoding,
    kClientMinMessages,
    kCompatibility,
    kDateStyle,
    kDefaultTableAccessMethod,
    kDefaultTablespace,
    kDefaultTransactionDeferrable,
    kDefaultTransactionIsolation,
    kDefaultTransactionReadOnly,
    kEscapeStringWarning,
    kExtraFloatDigits,
    kIdleInTransactionSessionTimeout,
    kIdleSessionTimeout,
    kInHotStandby,
    kIntegerDatetimes,
    kIntervalStyle,
    kIsSuperuser,
    kJit,
    kLcCollate,
    kLcCtype,
    kLcMessages,
    kLcMonetary,
    kLcNumeric,
    kLcTime,
    kLockTimeout,
    kMaxIdentifierLength,
    kMaxIndexKeys,
    kPasswordEncryption,
    kQueryClass,
    kQuoteAllIdentifiers,
    kRowSecurity,
    kSearchPath,
    kServerEncoding,
    kServerVersion,
    kServerVersionNum,
    kSessionAuthorization,
    kStandardConformingStrings,
    kStatementTimeout,
    kSynchronizeSeqscans,
    kSynchronousCommit,
    kTimeZone,
    kTransactionDeferrable,
    kTransactionIsolation,
    kTransactionReadOnly,
    kXmloption,
    kCount,
};

enum class SettingKind : std::uint8_t {
    kBool,
    kInteger,
    kMilliseconds,  // an integer with a unit: '5s', '1min'
    kEnum,
    kString,
    kList,            // names, as search_path
    kClientEncoding,  // the three whose values have rules of their own
    kDateStyle,
    kTimeZone,
};

struct SettingDefinition {
    std::string_view name;
    SettingKind kind;
    std::string_view default_value;
    std::int64_t minimum = 0, maximum = 0;  // kInteger
    std::string_view choices;               // kEnum: separated by commas
    bool reported = false;                  // by ParameterStatus
    bool read_only = false;                 // 55P02 when a client sets it
    std::string_view description;
};

std::span<const SettingDefinition> setting_table();
const SettingDefinition& definition_of(Setting setting);
// By its name in any case; nullptr when there is none.
const SettingDefinition* find_setting(std::string_view name);
Setting setting_of(const SettingDefinition& definition);

// The value as SHOW gives it ("on", "5min", "ISO, MDY"). Error 22023, worded as PostgreSQL words it. Does not check
// kTimeZone, whose zone must be loaded.
Result<std::string> normalise_setting(const SettingDefinition& definition, const std::vector<std::string>& values);

// Milliseconds with their largest exact unit, as SHOW statement_timeout gives them, and back.
std::string milliseconds_text(std::int64_t milliseconds);
Result<std::int64_t> parse_milliseconds(const SettingDefinition& definition, std::string_view text);

// The names of a search_path value.
std::vector<std::string> split_name_list(std::string_view list);
std::string quote_identifier(std::string_view name);

}  // namespace smew::pgsession
