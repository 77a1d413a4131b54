#include "pgsession/time_zone.hpp"

#include "core/byte_io.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

namespace smew::pgsession {
namespace {

constexpr std::string_view kZoneDirectory = "/usr/share/zoneinfo";
constexpr std::size_t kMaxZoneFileBytes = 1U << 20;

Error unknown_zone(std::string_view name) {
    return {sqlstate::kInvalidParameterValue, "invalid value for parameter \"TimeZone\": \"" + std::string(name) + "\"",
            "", "Use a name from the IANA time zone database, as Europe/Prague, or UTC."};
}

// No path can be built from a name: letters, digits, _ + - and single slashes between non-empty parts.
bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.front() == '/' || name.back() == '/') return false;
    if (name.find("//") != std::string_view::npos) return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
               c == '-' || c == '/';
    });
}

std::optional<std::string> read_zone_file(const std::filesystem::path& path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed) || failed) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file || bytes.size() > kMaxZoneFileBytes) return std::nullopt;
    return bytes;
}

// The entry of `directory` that is `part` in any case; empty when there is none.
std::string entry_ignoring_case(const std::filesystem::path& directory, std::string_view part) {
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(directory, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::string name = entry->path().filename().string();
        if (sql::equal_ignoring_case(name, part)) return name;
    }
    return {};
}

std::string name_as_spelled(std::string_view name) {
    std::filesystem::path directory(kZoneDirectory);
    std::string spelled;
    while (!name.empty()) {
        const std::string_view part = name.substr(0, name.find('/'));
        const std::string found = entry_ignoring_case(directory, part);
        if (found.empty()) return {};
        directory /= found;
        spelled += (spelled.empty() ? "" : "/") + found;
        name.remove_prefix(std::min(part.size() + 1, name.size()));
    }
    return spelled;
}

// One header of the file (version 1's 32-bit block, then version 2's with 64 bits).
struct Header {
    char version = 0;
    std::uint32_t utc_flags = 0, standard_flags = 0, leap_seconds = 0, transitions = 0, types = 0, name_bytes = 0;

    std::size_t block_bytes(std::size_t time_bytes) const {
        return std::size_t{transitions} * (time_bytes + 1) + std::size_t{types} * 6 + name_bytes +
               std::size_t{leap_seconds} * (time_bytes + 4) + standard_flags + utc_flags;
    }
};

std::optional<Header> read_header(ByteReader& reader) {
    Header header;
    if (reader.text(4) != "TZif") return std::nullopt;
    header.version = static_cast<char>(reader.u8());
    reader.bytes(15);
    header.utc_flags = reader.u32();
    header.standard_flags = reader.u32();
    header.leap_seconds = reader.u32();
    header.transitions = reader.u32();
    header.types = reader.u32();
    header.name_bytes = reader.u32();
    if (!reader.ok() || header.types == 0) return std::nullopt;
    return header;
}

}  // namespace

Result<std::shared_ptr<const TimeZone>> TimeZone::load(std::string_view name) {
    if (!is_zone_name(name)) return unknown_zone(name);
    std::string spelled(name);
    std::optional<std::string> bytes = read_zone_file(std::filesystem::path(kZoneDirectory) / spelled);
    if (!bytes) {
        spelled = name_as_spelled(name);
        if (!spelled.empty()) bytes = read_zone_file(std::filesystem::path(kZoneDirectory) / spelled);
    }
    // A machine without tzdata still has UTC.
    if (!bytes && (sql::equal_ignoring_case(name, "UTC") || sql::equal_ignoring_case(name, "GMT"))) {
        return fixed(sql::equal_ignoring_case(name, "UTC") ? "UTC" : "GMT", 0);
    }
    if (!bytes) return unknown_zone(name);
    return parse(spelled, *bytes);
}

std::shared_ptr<const TimeZone> TimeZone::fixed(std::string name, std::int32_t offset_seconds) {
    auto zone = std::make_shared<TimeZone>();
    zone->name_ = std::move(name);
    zone->first_offset_ = zone->recent_ = offset_seconds;
    zone->always_ = zone->fixed_ = true;
    return zone;
}

Result<std::shared_ptr<const TimeZone>> TimeZone::parse(std::string name, std::string_view file) {
    ByteReader reader(as_bytes(file));
    std::optional<Header> header = read_header(reader);
    if (!header) return unknown_zone(name);
    const bool wide = header->version >= '2';
    if (wide) {
        reader.bytes(header->block_bytes(4));
        header = read_header(reader);
        if (!header) return unknown_zone(name);
    }
    if (header->block_bytes(wide ? 8 : 4) > reader.remaining()) return unknown_zone(name);

    auto zone = std::make_shared<TimeZone>();
    zone->name_ = std::move(name);
    for (std::uint32_t i = 0; i < header->transitions; ++i) {
        zone->transitions_.push_back(wide ? reader.i64() : reader.i32());
    }
    const ByteSpan type_of = reader.bytes(header->transitions);
    std::vector<std::int32_t> types;
    for (std::uint32_t i = 0; i < header->types; ++i) {
        types.push_back(reader.i32());
        reader.bytes(2);
    }
    for (const std::uint8_t type : type_of) {
        if (type >= types.size()) return unknown_zone(zone->name_);
        zone->offsets_.push_back(types[type]);
    }
    zone->first_offset_ = types.front();
    reader.bytes(header->name_bytes + std::size_t{header->leap_seconds} * (wide ? 12 : 8) + header->standard_flags +
                 header->utc_flags);
    if (wide && reader.u8() == '\n') {
        const std::string_view footer = as_text(reader.rest());
        zone->after_ = parse_posix_zone(footer.substr(0, footer.find('\n')));
    }
    if (!std::ranges::is_sorted(zone->transitions_)) return unknown_zone(zone->name_);
    zone->always_ = zone->transitions_.empty() && (!zone->after_ || !zone->after_->daylight);
    if (zone->always_) {
        zone->recent_ = zone->after_ ? zone->after_->standard_offset : zone->first_offset_;
        return zone;
    }
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    if (!zone->transitions_.empty() && now.count() >= zone->transitions_.back() && zone->after_ &&
        !zone->after_->daylight) {
        zone->valid_from_ = zone->transitions_.back();
        zone->valid_to_ = std::numeric_limits<std::int64_t>::max();
        zone->recent_ = zone->after_->standard_offset;
    }
    return zone;
}

std::int32_t TimeZone::look_up(std::int64_t utc_seconds) const {
    const auto next = std::ranges::upper_bound(transitions_, utc_seconds);
    if (next == transitions_.end() && after_) return after_->offset_at(utc_seconds);
    if (next == transitions_.begin()) return first_offset_;
    return offsets_[static_cast<std::size_t>(next - transitions_.begin()) - 1];
}

}  // namespace smew::pgsession
