// iso_datetime()
#include "engine/datetime_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

namespace smew::engine {
namespace {

constexpr std::int64_t kMicrosOfDay = 86'400'000'000;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return out;
}

bool is_number(const std::string& word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

std::string date_text(std::int64_t days) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return out.data();
}

std::string clock_text(std::int64_t micros) {
    const std::int64_t seconds = micros / 1'000'000;
    std::array<char, 48> out{};
    std::snprintf(out.data(), out.size(), "%02d:%02d:%02d.%06d", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                  static_cast<int>(micros % 1'000'000));
    return out.data();
}

std::optional<std::string> special(const std::string& word, std::int64_t now) {
    const std::int64_t today = now / kMicrosOfDay - (now % kMicrosOfDay < 0 ? 1 : 0);
    if (word == "epoch") return "1970-01-01";
    if (word == "today") return date_text(today);
    if (word == "tomorrow") return date_text(today + 1);
    if (word == "yesterday") return date_text(today - 1);
    if (word == "now") return date_text(today) + " " + clock_text(now - today * kMicrosOfDay);
    return std::nullopt;
}

// 1 to 12 for a month's name or its first three letters; 0: no month.
int month_of(const std::string& word) {
    constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                          "may",       "june",     "july",     "august",
                                                          "september", "october",  "november", "december"};
    for (std::size_t i = 0; i < kMonths.size() && word.size() >= 3; ++i) {
        if (kMonths[i].starts_with(word) && (word.size() == 3 || word == kMonths[i] || word == "sept"))
            return static_cast<int>(i) + 1;
    }
    return 0;
}

bool is_weekday(const std::string& word) {
    constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
    for (const std::string_view day : kDays) {
        if (word.size() >= 3 && day.starts_with(word)) return true;
    }
    return false;
}

// Words of letters, digits, or a clock with what belongs to it; blanks, commas, slashes and dashes part them.
std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    const auto end = [&] {
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool clock = word.find(':') != std::string::npos;
        const bool parts = c == ' ' || c == ',' || ((c == '/' || c == '-') && !clock);
        if (parts) {
            end();
            continue;
        }
        const bool letter = c >= 'a' && c <= 'z';
        const bool was_letter = !word.empty() && word.back() >= 'a' && word.back() <= 'z';
        if (!word.empty() && letter != was_letter && !(clock && !letter)) end();
        word += c;
    }
    end();
    return words;
}

struct Fields {
    std::string year, clock, rest;  // rest: am, pm, bc, a zone
    int month = 0, day = 0;
};

// Numbers in the order they come: with a month's name day and year, without one month, day, year, or one of 8 digits.
bool place_numbers(Fields& fields, const std::vector<std::string>& numbers) {
    const auto to_int = [](const std::string& text) { return text.size() > 4 ? -1 : std::stoi(text); };
    if (numbers.size() == 1 && numbers[0].size() == 8 && fields.month == 0) {
        fields.year = numbers[0].substr(0, 4);
        fields.month = std::stoi(numbers[0].substr(4, 2));
        fields.day = std::stoi(numbers[0].substr(6, 2));
        return true;
    }
    if (fields.month != 0 && numbers.size() == 2) {
        const bool year_first = numbers[0].size() > 2;
        fields.year = numbers[year_first ? 0 : 1];
        fields.day = to_int(numbers[year_first ? 1 : 0]);
    } else if (fields.month == 0 && numbers.size() == 3) {
        const bool year_first = numbers[0].size() > 2;
        fields.year = numbers[year_first ? 0 : 2];
        fields.month = to_int(numbers[year_first ? 1 : 0]);
        fields.day = to_int(numbers[year_first ? 2 : 1]);
    } else {
        return false;
    }
    if (fields.year.size() == 2) fields.year = (fields.year < "70" ? "20" : "19") + fields.year;
    return fields.year.size() >= 4;
}

// 04:05 and pm: 16:05.
std::optional<std::string> clock_of(const Fields& fields) {
    const bool pm = fields.rest == "pm";
    if (!pm && fields.rest != "am") return fields.rest.empty() ? std::optional(fields.clock) : std::nullopt;
    const std::size_t colon = fields.clock.find(':');
    const std::string hours = fields.clock.substr(0, colon);
    if (!is_number(hours) || hours.size() > 2 || std::stoi(hours) > 12 || std::stoi(hours) == 0) return std::nullopt;
    const int hour = std::stoi(hours) % 12 + (pm ? 12 : 0);
    return (hour < 10 ? "0" : "") + std::to_string(hour) + fields.clock.substr(colon);
}

}  // namespace

std::optional<std::string> with_full_clock(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const bool seconds = text.find_first_not_of(kDigits, colon + 1) == text.find(':', colon + 1);
    const std::size_t end = text.find_first_not_of(seconds ? "0123456789:." : kDigits, colon + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::size_t zone = text.find_first_not_of(' ', end);
    const bool offset = zone != std::string_view::npos && (text[zone] == '+' || text[zone] == '-');
    return std::string(text.substr(0, end)) + (seconds ? "" : ":00") + std::string(text.substr(offset ? zone : end));
}

std::optional<std::string> iso_datetime(std::string_view text, std::int64_t now) {
    const std::string folded = lower(text);
    const std::vector<std::string> words = words_of(folded);
    if (words.size() == 1) {
        if (auto found = special(words[0], now)) return found;
    }
    Fields fields;
    std::vector<std::string> numbers;
    for (const std::string& word : words) {
        if (is_number(word))
            numbers.push_back(word);
        else if (word.find(':') != std::string::npos && fields.clock.empty())
            fields.clock = word;
        else if (const int month = month_of(word); month != 0 && fields.month == 0)
            fields.month = month;
        else if (word == "am" || word == "pm")
            fields.rest = word;
        else if (!is_weekday(word))
            return std::nullopt;
    }
    std::string iso;
    if (!numbers.empty() || fields.month != 0) {
        if (!place_numbers(fields, numbers) || fields.month > 12 || fields.day > 31) return std::nullopt;
        std::array<char, 48> date{};
        std::snprintf(date.data(), date.size(), "-%02d-%02d", fields.month, fields.day);
        iso = fields.year + date.data();
    }
    if (fields.clock.empty()) return iso.empty() ? std::nullopt : std::optional(iso);
    const auto clock = clock_of(fields);
    if (!clock) return std::nullopt;
    return iso + (iso.empty() ? "" : " ") + *clock;
}

}  // namespace smew::engine
