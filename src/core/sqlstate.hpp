#pragma once
// The project's only taxonomy of errors: PostgreSQL's SQLSTATE codes.
// Source: PostgreSQL 15 documentation, appendix A, "PostgreSQL Error Codes".

#include <array>
#include <compare>
#include <string_view>

namespace smew {

class Sqlstate {
public:
    constexpr Sqlstate() : code_{'0', '0', '0', '0', '0'} {}
    constexpr explicit Sqlstate(const char (&code)[6]) : code_{code[0], code[1], code[2], code[3], code[4]} {}

    // A code that arrived as text (a peer's ErrorResponse). Anything but five characters becomes XX000.
    static constexpr Sqlstate from_text(std::string_view text) {
        Sqlstate state("XX000");
        if (text.size() == 5) {
            for (std::size_t i = 0; i < 5; ++i) state.code_[i] = text[i];
        }
        return state;
    }

    constexpr std::string_view text() const { return {code_.data(), code_.size()}; }
    // The first two characters: "08" is every connection exception.
    constexpr std::string_view error_class() const { return text().substr(0, 2); }

    friend constexpr auto operator<=>(const Sqlstate&, const Sqlstate&) = default;

private:
    std::array<char, 5> code_;
};

namespace sqlstate {
inline constexpr Sqlstate kSuccess{"00000"};
inline constexpr Sqlstate kWarning{"01000"};
inline constexpr Sqlstate kConnectionException{"08000"};
inline constexpr Sqlstate kConnectionFailure{"08006"};
inline constexpr Sqlstate kProtocolViolation{"08P01"};
inline constexpr Sqlstate kFeatureNotSupported{"0A000"};
inline constexpr Sqlstate kCardinalityViolation{"21000"};
inline constexpr Sqlstate kDataException{"22000"};
inline constexpr Sqlstate kStringTooLong{"22001"};
inline constexpr Sqlstate kNumericOutOfRange{"22003"};
inline constexpr Sqlstate kInvalidDatetimeFormat{"22007"};
inline constexpr Sqlstate kDatetimeOverflow{"22008"};
inline constexpr Sqlstate kDivisionByZero{"22012"};
inline constexpr Sqlstate kInvalidParameterValue{"22023"};
inline constexpr Sqlstate kInvalidTextRepresentation{"22P02"};
inline constexpr Sqlstate kInvalidBinaryRepresentation{"22P03"};
inline constexpr Sqlstate kBadCopyFileFormat{"22P04"};
inline constexpr Sqlstate kUntranslatableCharacter{"22P05"};
inline constexpr Sqlstate kCharacterNotInRepertoire{"22021"};
inline constexpr Sqlstate kIntegrityConstraintViolation{"23000"};
inline constexpr Sqlstate kNotNullViolation{"23502"};
inline constexpr Sqlstate kForeignKeyViolation{"23503"};
inline constexpr Sqlstate kUniqueViolation{"23505"};
inline constexpr Sqlstate kCheckViolation{"23514"};
inline constexpr Sqlstate kInvalidCursorState{"24000"};
inline constexpr Sqlstate kInvalidTransactionState{"25000"};
inline constexpr Sqlstate kActiveTransaction{"25001"};
inline constexpr Sqlstate kReadOnlyTransaction{"25006"};
inline constexpr Sqlstate kNoActiveTransaction{"25P01"};
inline constexpr Sqlstate kInFailedTransaction{"25P02"};
inline constexpr Sqlstate kIdleInTransactionTimeout{"25P03"};
inline constexpr Sqlstate kInvalidSqlStatementName{"26000"};
inline constexpr Sqlstate kInvalidAuthorization{"28000"};
inline constexpr Sqlstate kInvalidPassword{"28P01"};
inline constexpr Sqlstate kDependentObjectsStillExist{"2BP01"};
inline constexpr Sqlstate kInvalidCursorName{"34000"};
inline constexpr Sqlstate kInvalidCatalogName{"3D000"};
inline constexpr Sqlstate kInvalidSavepoint{"3B001"};
inline constexpr Sqlstate kInvalidSchemaName{"3F000"};
inline constexpr Sqlstate kSerializationFailure{"40001"};
inline constexpr Sqlstate kSyntaxErrorOrAccess{"42000"};
inline constexpr Sqlstate kInsufficientPrivilege{"42501"};
inline constexpr Sqlstate kSyntaxError{"42601"};
inline constexpr Sqlstate kInvalidName{"42602"};
inline constexpr Sqlstate kDuplicateColumn{"42701"};
inline constexpr Sqlstate kAmbiguousColumn{"42702"};
inline constexpr Sqlstate kUndefinedColumn{"42703"};
inline constexpr Sqlstate kUndefinedObject{"42704"};
inline constexpr Sqlstate kDuplicateObject{"42710"};
inline constexpr Sqlstate kGroupingError{"42803"};
inline constexpr Sqlstate kDatatypeMismatch{"42804"};
inline constexpr Sqlstate kWrongObjectType{"42809"};
inline constexpr Sqlstate kCannotCoerce{"42846"};
inline constexpr Sqlstate kUndefinedFunction{"42883"};
inline constexpr Sqlstate kUndefinedTable{"42P01"};
inline constexpr Sqlstate kUndefinedParameter{"42P02"};
inline constexpr Sqlstate kDuplicateCursor{"42P03"};
inline constexpr Sqlstate kDuplicateDatabase{"42P04"};
inline constexpr Sqlstate kDuplicatePreparedStatement{"42P05"};
inline constexpr Sqlstate kDuplicateSchema{"42P06"};
inline constexpr Sqlstate kDuplicateTable{"42P07"};
inline constexpr Sqlstate kInvalidTableDefinition{"42P16"};
inline constexpr Sqlstate kIndeterminateDatatype{"42P18"};
inline constexpr Sqlstate kInsufficientResources{"53000"};
inline constexpr Sqlstate kDiskFull{"53100"};
inline constexpr Sqlstate kOutOfMemory{"53200"};
inline constexpr Sqlstate kTooManyConnections{"53300"};
inline constexpr Sqlstate kConfigurationLimitExceeded{"53400"};
inline constexpr Sqlstate kProgramLimitExceeded{"54000"};
inline constexpr Sqlstate kStatementTooComplex{"54001"};
inline constexpr Sqlstate kObjectNotInPrerequisiteState{"55000"};
inline constexpr Sqlstate kCantChangeRuntimeParam{"55P02"};
inline constexpr Sqlstate kQueryCanceled{"57014"};
inline constexpr Sqlstate kAdminShutdown{"57P01"};
inline constexpr Sqlstate kCrashShutdown{"57P02"};
inline constexpr Sqlstate kCannotConnectNow{"57P03"};
inline constexpr Sqlstate kIdleSessionTimeout{"57P05"};
inline constexpr Sqlstate kSystemError{"58000"};
inline constexpr Sqlstate kIoError{"58030"};
inline constexpr Sqlstate kInternalError{"XX000"};
inline constexpr Sqlstate kDataCorrupted{"XX001"};
}  // namespace sqlstate
}  // namespace smew
