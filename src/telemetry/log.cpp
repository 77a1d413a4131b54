#include "telemetry/log.hpp"

#include "core/clock.hpp"
#include "telemetry/json_text.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace smew::log {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::kDebug:
            return spdlog::level::debug;
        case Level::kInfo:
            return spdlog::level::info;
        case Level::kWarning:
            return spdlog::level::warn;
        case Level::kError:
            return spdlog::level::err;
        case Level::kFatal:
            return spdlog::level::critical;
    }
    return spdlog::level::info;
}

// The process's one log. Its sink writes a whole line in one call and flushes it, under its own lock. Never destroyed:
// threads may log until the process is gone.
spdlog::logger& logger() {
    static spdlog::logger& instance = [&]() -> spdlog::logger& {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        sink->set_pattern("%v");
        auto made = std::make_unique<spdlog::logger>("smew", std::move(sink));
        made->set_level(spdlog::level::info);
        // Where stderr cannot be written nobody is left to be told.
        made->set_error_handler([](const std::string&) {});
        return *made.release();
    }();
    return instance;
}

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 40> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
    out.append(text.data(), error == std::errc{} ? end : text.data());
}

struct AppendValue {
    std::string& out;
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { append_number(out, value); }
    void operator()(double value) const {
        // JSON has neither infinity nor NaN.
        if (std::isfinite(value)) {
            append_number(out, value);
        } else {
            out += "null";
        }
    }
    void operator()(std::string_view value) const { telemetry::append_json_string(out, value); }
};

std::string json_line(Level level, std::string_view event, Fields fields) {
    std::string line = R"({"timestamp":")" + to_iso8601(SystemClock().now()) + R"(","level":")";
    line += to_text(level);
    line += R"(","event":)";
    telemetry::append_json_string(line, event);
    for (const Field& field : fields) {
        line += ',';
        telemetry::append_json_string(line, field.key);
        line += ':';
        std::visit(AppendValue{line}, field.value);
    }
    return line + '}';
}

// Threads log until the process is gone, so these are never destroyed either.
std::shared_mutex& listener_mutex() {
    static auto& instance = *std::make_unique<std::shared_mutex>().release();
    return instance;
}
std::atomic<Listener*> listener{nullptr};
thread_local bool telling = false;

void tell(Level level, std::string_view event, Fields fields) {
    if (listener.load() == nullptr || telling) return;
    const std::shared_lock lock(listener_mutex());
    Listener* const present = listener.load();
    if (present == nullptr) return;
    telling = true;
    present->logged(level, event, fields);
    telling = false;
}

void write(Level level, std::string_view event, Fields fields) {
    if (!logger().should_log(spdlog_level(level))) return;
    logger().log(spdlog_level(level), spdlog::string_view_t(json_line(level, event, fields)));
    tell(level, event, fields);
}

}  // namespace

void set_listener(Listener* now) {
    const std::unique_lock lock(listener_mutex());
    listener = now;
}

void set_level(Level level) {
    logger().set_level(spdlog_level(level));
}

void debug(std::string_view event, Fields fields) {
    write(Level::kDebug, event, fields);
}
void info(std::string_view event, Fields fields) {
    write(Level::kInfo, event, fields);
}
void warning(std::string_view event, Fields fields) {
    write(Level::kWarning, event, fields);
}
void error(std::string_view event, Fields fields) {
    write(Level::kError, event, fields);
}

}  // namespace smew::log
