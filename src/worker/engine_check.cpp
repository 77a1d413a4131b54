#include "worker/engine_check.hpp"

#include "core/sqlstate.hpp"

namespace smew::worker {
namespace {

using std::chrono::steady_clock;

// Reads the engine's catalog, and with it takes the locks that statements take.
constexpr std::string_view kStatement = "SELECT count(*) FROM duckdb_schemas()";

// Of a connection no client has: there is nothing to tell.
class NoSession final : public engine::SessionFacts {
public:
    const Identity& identity() const override { return identity_; }
    std::string version() const override { return {}; }
    std::vector<std::string> search_path() const override { return {}; }
    std::int64_t server_start_micros() const override { return 0; }
    std::int64_t statement_start_micros() const override { return 0; }
    std::optional<std::string> setting(std::string_view) const override { return std::nullopt; }
    Result<std::string> set_setting(std::string_view, const std::optional<std::string>&, Scope) override {
        return Error{sqlstate::kUndefinedObject, "there are no settings here"};
    }
    std::vector<SettingRow> settings() const override { return {}; }

private:
    const Identity identity_{};
};

}  // namespace

EngineCheck::~EngineCheck() {
    if (thread_.joinable()) thread_.join();
}

void EngineCheck::begin(const link::CheckEngine& question) {
    if (busy_.exchange(true)) return;
    if (thread_.joinable()) thread_.join();  // of the one before, which has ended
    try {
        thread_ = std::thread([this, request = question.request] { answer(request); });
    } catch (const std::system_error& error) {
        // A statement has taken all the memory the process may have: no stack for a thread, and no reason to end.
        busy_ = false;
        (void)channel_.send(
            link::EngineChecked{.request = question.request,
                                .error = Error{sqlstate::kOutOfMemory, "no thread can be started", error.what()}});
    }
}

void EngineCheck::answer(std::uint64_t request) {
    const auto begun = steady_clock::now();
    const Result<void> answered = ask_engine();
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun);
    link::EngineChecked checked{.request = request, .taken_us = static_cast<std::uint64_t>(taken.count())};
    if (!answered) checked.error = answered.error();
    busy_ = false;
    (void)channel_.send(checked);  // a gateway that is gone is noticed elsewhere
}

Result<void> EngineCheck::ask_engine() const {
    NoSession facts;
    try {
        const auto connection = instance_.connect(facts);
        if (!connection) return connection.error();
        return (*connection)->run_internal(kStatement);
    } catch (const std::bad_alloc&) {
        return Error{sqlstate::kOutOfMemory, "out of memory"};
    }
}

}  // namespace smew::worker
