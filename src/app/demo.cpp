#include "app/demo.hpp"

#include "auth/scram.hpp"
#include "core/random.hpp"
#include "telemetry/log.hpp"

#include <array>
#include <filesystem>
#include <fstream>

namespace smew::app {
namespace {

constexpr int kCustomers = 50'000;
constexpr int kOrders = 1'000'000;
constexpr std::string_view kBucket = "in.c-sales";
constexpr std::string_view kSchema = "in_c_sales";

struct Sample {
    std::string name;
    std::vector<link::ColumnSpec> columns;
    std::string (*row)(int);
    int rows;
};

// The same for every start and machine: a row depends on its number only.
std::uint32_t scatter(int number) {
    auto value = static_cast<std::uint32_t>(number) * 2654435761U;
    value ^= value >> 15U;
    value *= 2246822519U;
    return value ^ (value >> 13U);
}

std::string customer_row(int id) {
    static constexpr std::array kCountries{"CZ", "DE", "AT", "PL", "SK", "FR"};
    static constexpr std::array kSegments{"retail", "business", "enterprise"};
    const std::uint32_t chance = scatter(id);
    const std::string number = std::to_string(id);
    return number + ",Customer " + number + "," + kCountries[chance % kCountries.size()] + "," +
           kSegments[chance / 7 % kSegments.size()];
}

std::string order_row(int id) {
    static constexpr std::array kStatuses{"new", "paid", "shipped", "delivered", "returned"};
    const std::uint32_t chance = scatter(id);
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::year{2023} / 1 / 1} +
                                          std::chrono::days(static_cast<int>(std::int64_t{id} * 730 / kOrders))};
    std::array<char, 16> date{};
    std::snprintf(date.data(), date.size(), "%d-%02u-%02u", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    const std::string cents = std::to_string(chance / 11 % 100);
    return std::to_string(id) + "," + std::to_string(chance % kCustomers + 1) + "," + date.data() + "," +
           kStatuses[chance / 3 % kStatuses.size()] + "," + std::to_string(chance / 5 % 1500) + "." +
           (cents.size() == 1 ? "0" : "") + cents;
}

std::vector<Sample> samples() {
    return {{"customers",
             {{"id", "BIGINT", false, ""},
              {"name", "VARCHAR", true, ""},
              {"country", "VARCHAR", true, ""},
              {"segment", "VARCHAR", true, ""}},
             customer_row,
             kCustomers},
            {"orders",
             {{"id", "BIGINT", false, ""},
              {"customer_id", "BIGINT", true, ""},
              {"order_date", "DATE", true, ""},
              {"status", "VARCHAR", true, ""},
              {"amount", "DECIMAL(12,2)", true, ""}},
             order_row,
             kOrders}};
}

void write_csv(const Sample& sample, const std::filesystem::path& path) {
    std::ofstream file(path);
    for (std::size_t i = 0; i < sample.columns.size(); ++i) file << (i == 0 ? "" : ",") << sample.columns[i].name;
    file << '\n';
    for (int id = 1; id <= sample.rows; ++id) file << sample.row(id) << '\n';
    file.close();
    if (!file) throw ErrorException({sqlstate::kIoError, "cannot write the sample data", "", "Is the disk full?"});
    // The loader has a user of its own.
    std::filesystem::permissions(path, std::filesystem::perms::owner_all | std::filesystem::perms::others_read |
                                           std::filesystem::perms::group_read);
}

// Removes a staging file at the end, also when a step throws.
struct Staged {
    std::filesystem::path path;
    ~Staged() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
};

void load(const DemoParts& parts, const catalog::Project& project, const Sample& sample) {
    const Staged source{std::filesystem::absolute(parts.layout.new_staging_path(project.number, ".csv"))};
    const Staged output{std::filesystem::absolute(parts.layout.new_staging_path(project.number, ".duckdb"))};
    write_csv(sample, source.path);
    const std::vector<std::string> key{"id"};
    const link::JobOutcome outcome = parts.fleet
                                         .run_job(project, link::ImportJob{.source_file = source.path,
                                                                           .csv = {},
                                                                           .columns = sample.columns,
                                                                           .primary_key = key,
                                                                           .base_file = {},
                                                                           .output_file = output.path})
                                         .value();
    parts.versions.create_table(project, kSchema, sample.name, "Sample data", {}, output.path, outcome, key).value();
    log::info("demo_table_loaded", {{"table", sample.name}, {"rows", outcome.rows}});
}

catalog::Project demo_project(const DemoParts& parts) {
    const ProjectId id("demo");
    if (const auto known = parts.store.project(id)) return *known;
    const catalog::Project made =
        parts.store.create_project(id, "Sample project", "Made by --demo", "{}", auth::make_api_key()).value();
    parts.layout.make_project(made.number).value();
    return made;
}

catalog::Workspace demo_workspace(const DemoParts& parts, const catalog::Project& project,
                                  const std::string& verifier) {
    const WallTime end = parts.clock.now() + std::chrono::hours(parts.settings.workspace_max_ttl_hours);
    for (const catalog::Workspace& known : parts.store.workspaces(project.id).value()) {
        if (known.name != "demo") continue;
        parts.store.set_verifier(known.id, verifier).value();
        return parts.store.update_workspace(known.id, {}, end, {}, {}).value();
    }
    const std::string id = random_hex(8);
    catalog::Workspace wanted;
    wanted.id = WorkspaceId(id);
    wanted.project = project.id;
    wanted.name = "demo";
    wanted.expires_at = end;
    wanted.memory_limit = parts.settings.workspace_default_memory_limit;
    wanted.size_limit = Bytes{static_cast<std::uint64_t>(parts.settings.workspace_default_size_limit_gb) << 30U};
    wanted.username = "ws_" + id + "_" + random_hex(8);
    wanted.verifier = verifier;
    const catalog::Workspace made = parts.store.create_workspace(wanted).value();
    parts.layout.make_workspace(made.number, project.number).value();
    return made;
}

}  // namespace

std::string prepare_demo(const DemoParts& parts, const std::string& pg_address) {
    const catalog::Project project = demo_project(parts);
    if (!parts.store.bucket(project.id, kSchema)) parts.store.create_bucket(project.id, kBucket, "A shop").value();
    for (const Sample& sample : samples()) {
        if (!parts.store.table(project.id, kSchema, sample.name)) load(parts, project, sample);
    }
    const Secret password(random_token(32));
    const catalog::Workspace workspace =
        demo_workspace(parts, project, auth::ScramVerifier::from_password(password).to_text());
    const std::size_t colon = pg_address.rfind(':');
    return "host=" + pg_address.substr(0, colon) + " port=" + pg_address.substr(colon + 1) +
           " dbname=" + workspace.database() + " user=" + workspace.username +
           " password=" + std::string(password.reveal());
}

}  // namespace smew::app
