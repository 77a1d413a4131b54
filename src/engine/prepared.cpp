#include "engine/prepared.hpp"

#include "engine/courtesy.hpp"
#include "engine/data_version.hpp"
#include "engine/errors.hpp"
#include "engine/helper_threads.hpp"
#include "engine/memory_claims.hpp"
#include "engine/native_functions.hpp"
#include "engine/parameters.hpp"
#include "engine/patience.hpp"
#include "engine/plan_size.hpp"
#include "engine/profile.hpp"
#include "engine/result_names.hpp"
#include "engine/type_map.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/prepared_statement_data.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr std::uint64_t kUnknownGeneration = ~std::uint64_t{0};

bool is_known(const LogicalType& type) {
    return type.id() != LogicalTypeId::UNKNOWN && type.id() != LogicalTypeId::INVALID;
}

duckdb::vector<LogicalType> types_of(std::span<const std::uint32_t> oids, std::size_t count) {
    duckdb::vector<LogicalType> types(count, LogicalType(LogicalTypeId::UNKNOWN));
    for (std::size_t i = 0; i < std::min(count, oids.size()); ++i) types[i] = type_of_oid(oids[i]);
    return types;
}

bool depends_on_time_zone(const std::vector<ResultColumn>& columns) {
    return std::any_of(columns.begin(), columns.end(), [](const ResultColumn& column) {
        return column.type.id == TypeId::kTimestampTz || column.type.id == TypeId::kTimeTz;
    });
}

Result<std::shared_ptr<void>> claim_memory(duckdb::ClientContext& context, const PlanCost& cost) {
    if (cost.bytes == 0) return std::shared_ptr<void>();
    auto* const claims = dynamic_cast<MemoryClaims*>(&facts_of(context));
    if (claims == nullptr) return std::shared_ptr<void>();
    constexpr double kMost = 1e15;  // estimates of joins may be beyond all measure
    return claims->claim_memory(static_cast<std::uint64_t>(std::min(cost.bytes, kMost)));
}

bool defines(StatementKind kind) {
    return kind >= StatementKind::kCreateTable && kind <= StatementKind::kComment;
}

// What a parameter that DuckDB has not typed takes: the type it is cast to, which may still be a mere name, or a
// number.
LogicalType example_type(const LogicalType& cast_to, duckdb::ClientContext& context) {
    if (!is_known(cast_to)) return LogicalType(LogicalTypeId::BIGINT);
    if (cast_to.id() != LogicalTypeId::UNBOUND) return cast_to;
    try {
        LogicalType type;
        context.RunFunctionInTransaction(
            [&] { type = duckdb::TransformStringToLogicalType(cast_to.ToString(), context); }, false);
        return type;
    } catch (const std::exception&) {
        return LogicalType(LogicalTypeId::VARCHAR);  // a type of the user's own: its text form serves
    }
}

}  // namespace

PlannedStatement::PlannedStatement(duckdb::shared_ptr<duckdb::ClientContext> context,
                                   duckdb::shared_ptr<SessionState> session, const ParsedStatement::Parts& statement)
    : context_(std::move(context)),
      session_(std::move(session)),
      kind_(statement.kind),
      constant_(statement.constant),
      tables_(statement.tables),
      sql_(statement.sql) {}

Result<std::unique_ptr<Prepared>> PlannedStatement::make(duckdb::shared_ptr<duckdb::ClientContext> context,
                                                         duckdb::shared_ptr<SessionState> session,
                                                         ParsedStatement::Parts statement,
                                                         std::span<const std::uint32_t> parameter_types) {
    std::unique_ptr<PlannedStatement> prepared(new PlannedStatement(std::move(context), std::move(session), statement));
    prepared->parameter_types_.resize(statement.parameter_count);
    if (statement.parameter_count > 0) {
        auto types = types_of(parameter_types, statement.parameter_count);
        prepared->find_array_types(*statement.tree, types);
        prepared->casts_ = cast_parameters(*statement.tree, std::move(types));
    }
    if (auto planned = prepared->plan(std::move(statement.tree)); !planned) return planned.error();
    if (auto resolved = prepared->resolve_unknown_parameters(); !resolved) return resolved.error();
    prepared->describe_result(statement.names);
    return std::unique_ptr<Prepared>(std::move(prepared));
}

Error PlannedStatement::failure(const duckdb::ErrorData& error) const {
    const CancelReason reason = session_->reason();
    return reason != CancelReason::kNone ? error_for(reason) : sql_->error(error);
}

Result<void> PlannedStatement::plan(Tree tree) {
    generation_ = current_generation();
    path_ = session_->path_changes;
    data_version_ = data_version(*context_);
    definitions_ = definitions_version(*context_);
    outdated_ = false;
    session_->take_bound();
    session_->plan_facts = {};
    session_->running_text = sql_;
    // With the text DuckDB would turn an error's position into a quoted line.
    tree->query.clear();
    auto planned = context_->Prepare(std::move(tree));
    bound_ = session_->take_bound();
    if (planned->HasError()) return failure(planned->GetErrorObject());
    if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
    planned_ = std::move(planned);
    lasting_ = {};
    const auto& physical = planned_->data->physical_plan;
    // Without one it is planned at each execution.
    at_worst_ = !physical                            ? kForEver
                : !worth_profiling(physical->Root()) ? std::chrono::microseconds(0)
                                                     : last_plan_at_worst(*context_);
    cost_ = physical ? std::optional(last_cost(*context_)) : std::nullopt;
    describe_parameters();
    take_facts();
    return {};
}

// x = ANY($1) takes an array of x's type, which only a plan can tell. What cannot be planned so is left as it is.
void PlannedStatement::find_array_types(const duckdb::SQLStatement& tree, Types& types) {
    if (std::all_of(types.begin(), types.end(), is_known)) return;
    const std::string text = duckdb::StringUtil::Lower(sql_->parsed());
    if (text.find("any") == std::string::npos && text.find("all") == std::string::npos) return;
    std::vector<std::size_t> numbers;
    Tree example = with_elements_for_arrays(tree, types, numbers);
    if (!example || !plan(std::move(example))) return;
    for (const std::size_t number : numbers) {
        const LogicalType& element = parameter_types_as_planned_[number - 1];
        if (is_known(element)) types[number - 1] = LogicalType::LIST(element);
    }
}

// Of a view PostgreSQL tells the view's columns, whose tables are all that is seen here. So where the statement names
// anything that the plan does not scan, no column is said to be of a table.
void PlannedStatement::take_facts() {
    PlanFacts facts = std::exchange(session_->plan_facts, {});
    repeatable_ = facts.repeatable;
    filters_by_settings_ = facts.filters_by_settings;
    const bool all_seen = std::includes(facts.tables.begin(), facts.tables.end(), tables_.begin(), tables_.end());
    origins_ = all_seen ? std::move(facts.origins) : std::vector<ColumnOrigin>();
}

void PlannedStatement::describe_parameters() {
    parameter_types_as_planned_.assign(parameter_types_.size(), LogicalType(LogicalTypeId::UNKNOWN));
    for (std::size_t i = 0; i < parameter_types_.size(); ++i) {
        LogicalType& type = parameter_types_as_planned_[i];
        if (!planned_->data->TryGetType(std::to_string(i + 1), type) || !is_known(type)) {
            // What a macro's body leaves out of its arguments is in no plan, but may have been cast.
            const bool cast = i < casts_.types.size() && is_known(casts_.types[i]);
            type = cast ? example_type(casts_.types[i], *context_) : LogicalType(LogicalTypeId::UNKNOWN);
        }
        parameter_types_[i] = describe(type);
    }
}

bool PlannedStatement::is_resolved() const {
    if (planned_->data->properties.bound_all_parameters) return true;
    // A parameter that occurs twice is known, but not "bound" to DuckDB, which then plans at each execution.
    return std::all_of(parameter_types_as_planned_.begin(), parameter_types_as_planned_.end(), is_known) &&
           planned_->data->names != duckdb::vector<std::string>{"unknown"};
}

// As PostgreSQL, which takes text where nothing tells; but DuckDB's functions may want something else.
Result<void> PlannedStatement::resolve_unknown_parameters() {
    if (is_resolved()) return {};
    const Tree tree = planned_->data->unbound_statement->Copy();
    const Types known = parameter_types_as_planned_;
    Result<void> first;
    for (const LogicalTypeId guess : {LogicalTypeId::VARCHAR, LogicalTypeId::BIGINT, LogicalTypeId::TIMESTAMP}) {
        Types types = known;
        for (std::size_t i = 0; i < types.size(); ++i) {
            // What was typed before planning has its cast already.
            if (is_known(casts_.types[i]))
                types[i] = LogicalType(LogicalTypeId::UNKNOWN);
            else if (!is_known(types[i]))
                types[i] = LogicalType(guess);
        }
        Tree attempt = tree->Copy();
        cast_untyped(*attempt, types);
        auto planned = plan(std::move(attempt));
        if (planned && is_resolved()) return {};
        if (!planned && first) first = planned;
    }
    return describe_by_example(*tree, known, first);
}

// Table functions, as range($1, $2), are planned only with values. Their columns are found with a number for each.
Result<void> PlannedStatement::describe_by_example(const duckdb::SQLStatement& tree, const Types& known,
                                                   const Result<void>& reason) {
    if (auto planned = plan(tree.Copy()); !planned) return reason ? planned : reason;
    for (std::size_t i = 0; i < known.size(); ++i) {
        parameter_types_as_planned_[i] = is_known(known[i]) ? known[i] : example_type(casts_.types[i], *context_);
        parameter_types_[i] = describe(parameter_types_as_planned_[i]);
    }
    auto values = duckdb::case_insensitive_map_t<duckdb::BoundParameterData>();
    for (const auto& [name, index] : planned_->named_param_map) {
        const LogicalType& type = parameter_types_as_planned_[parameter_of(name)];
        values[name] =
            duckdb::BoundParameterData(type.IsNumeric() ? duckdb::Value::Numeric(type, 1) : duckdb::Value(type));
    }
    const auto pending = planned_->PendingQuery(values, true);
    if (pending->HasError()) return reason ? failure(pending->GetErrorObject()) : reason;
    planned_->data->types = pending->types;
    planned_->data->names = pending->names;
    planned_->data->properties.return_type = pending->properties.return_type;
    context_->CancelTransaction();
    return {};
}

void PlannedStatement::describe_result(const std::vector<std::optional<std::string>>& names) {
    types_ = planned_->data->types;
    planned_names_ = planned_->data->names;
    const bool named = names.size() == types_.size();
    column_types_ = std::make_shared<std::vector<Type>>();
    for (const LogicalType& type : types_) column_types_->push_back(describe(type));
    returns_rows_ = planned_->data->properties.return_type == duckdb::StatementReturnType::QUERY_RESULT;
    for (std::size_t i = 0; returns_rows_ && i < types_.size(); ++i) {
        const bool renamed = named && names[i];
        columns_.push_back({.name = renamed ? *names[i] : shown_name(planned_names_[i]),
                            .type = (*column_types_)[i],
                            .origin = origins_.size() == types_.size() ? origins_[i] : ColumnOrigin{}});
    }
    constant_ = constant_ && !depends_on_time_zone(columns_);
}

// What a transaction has pinned says nothing about what the names mean after it.
std::uint64_t PlannedStatement::current_generation() const {
    return context_->transaction.IsAutoCommit() ? session_->resolver().generation() : kUnknownGeneration;
}

// In an explicit transaction a name keeps the version it had first, also when the plan was made with another.
Result<bool> PlannedStatement::versions_changed() {
    const std::uint64_t generation = current_generation();
    if (generation != kUnknownGeneration && generation == generation_) {
        return std::any_of(bound_.begin(), bound_.end(), [&](const SessionState::Bound& bound) {
            return !session_->files().touch(bound.version.file);
        });
    }
    for (const SessionState::Bound& bound : bound_) {
        const auto now = session_->lookup(*context_, bound.version.schema, bound.version.table);
        if (!now) return now.error();
        const bool same =
            now->has_value() && (*now)->file == bound.version.file && (*now)->version_id == bound.version.version_id;
        if (!same || !session_->files().touch(bound.version.file)) return true;
    }
    generation_ = generation;
    return false;
}

bool PlannedStatement::reads_own_tables() const {
    return planned_->data->properties.read_databases.count(session_->own_catalog()) != 0;
}

// Of tables that can change; project tables are new files when they do. Changes of temporary tables are not counted.
bool PlannedStatement::rows_changed() const {
    if (lasts()) return false;
    if (planned_->data->properties.read_databases.count("temp") != 0) return true;
    if (!reads_own_tables()) return false;
    return data_version_ != data_version(*context_) || has_uncommitted_changes(*context_);
}

Result<bool> PlannedStatement::is_stale() {
    // DuckDB plans such a statement anew at each execution anyway.
    const duckdb::StatementProperties& properties = planned_->data->properties;
    if (properties.always_require_rebind || !properties.bound_all_parameters) return false;
    if (outdated_ || path_ != session_->path_changes || rows_changed()) return true;
    return bound_.empty() ? Result<bool>(false) : versions_changed();
}

// DuckDB's way with all that has parameters and reads a table, or has one parameter twice.
bool PlannedStatement::is_planned_with_values() const {
    return !parameter_types_.empty() && !planned_->data->physical_plan && is_resolved();
}

// A plan kept by DuckDB reads all rows and then compares them; one that lasts tells its scans what to leave out.
bool PlannedStatement::would_be_narrowed() const {
    return filters_by_settings_ && may_last_ && !lasts();
}

Result<void> PlannedStatement::plan_again() {
    if (auto planned = plan(planned_->data->unbound_statement->Copy()); !planned) return planned;
    auto same = check_columns(planned_->data->types, planned_->data->names);
    outdated_ = !same;
    return same;
}

bool PlannedStatement::plan_to_last() {
    const std::uint64_t generation = current_generation();
    session_->take_bound();
    session_->running_text = sql_;
    Tree tree = planned_->data->unbound_statement->Copy();
    ParameterCasts casts = casts_;
    if (!planned_->data->properties.bound_all_parameters && casts.again.empty())
        casts = cast_parameters(*tree, parameter_types_as_planned_);
    const auto parameters = tree->named_param_map;
    LastingPlan lasting = LastingPlan::make(*context_, std::move(tree));
    may_last_ = lasting.data() && check_columns(lasting.data()->types, lasting.data()->names);
    if (!may_last_) return false;
    bound_ = session_->take_bound();
    generation_ = generation;
    path_ = session_->path_changes;
    outdated_ = false;
    planned_ = duckdb::make_uniq<duckdb::PreparedStatement>(context_, lasting.data(), "", parameters);
    casts_ = std::move(casts);
    values_.clear();
    // It reads so little that a profile would double its time.
    at_worst_ = {};
    lasting_ = std::move(lasting);
    return true;
}

// Plans what has ended with the catalog, the versions or the rows it was planned for. What is executed again is planned
// so that it lasts, where that pays.
Result<void> PlannedStatement::renew() {
    // A column may have another type now, and so has the parameter that is compared with it.
    if (!parameter_types_.empty() && definitions_ != definitions_version(*context_)) return plan_again();
    const auto stale = is_stale();
    if (!stale) return stale.error();
    if (!*stale && !is_planned_with_values() && !would_be_narrowed()) return {};
    if (executed_ && may_last_ && plan_to_last()) return {};
    return *stale ? plan_again() : Result<void>();
}

// The index of the parameter that a name in the tree stands for.
std::size_t PlannedStatement::parameter_of(const std::string& name) const {
    const std::size_t number = *parameter_number(name);
    const std::size_t count = parameter_types_.size();
    return (number > count ? casts_.again.at(number - count - 1) : number) - 1;
}

Result<void> PlannedStatement::bind_values(std::span<const ParameterValue> parameters) {
    if (parameters.size() != parameter_types_.size()) {
        return Error{sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(parameters.size()) +
                                                       " parameters, but the prepared statement requires " +
                                                       std::to_string(parameter_types_.size())};
    }
    for (const auto& [name, index] : planned_->named_param_map) {
        const std::size_t at = parameter_of(name);
        auto value = to_value(*context_, parameters[at], parameter_types_as_planned_[at]);
        if (!value) return value.error();
        values_[name] = duckdb::BoundParameterData(*std::move(value));
    }
    return {};
}

Result<void> PlannedStatement::check_columns(const Types& types, const duckdb::vector<std::string>& names) const {
    bool same = types == types_;
    for (std::size_t i = 0; same && i < columns_.size(); ++i) same = names[i] == planned_names_[i];
    if (same) return {};
    return Error{sqlstate::kFeatureNotSupported, "cached plan must not change result type", "",
                 "Prepare the statement again."};
}

Result<std::unique_ptr<Cursor>> PlannedStatement::execute(std::span<const ParameterValue> parameters) {
    try {
        if (auto renewed = renew(); !renewed) return renewed.error();
        if (auto bound = bind_values(parameters); !bound) return bound.error();
        executed_ = true;
        return start();
    } catch (const std::exception& exception) {
        return failure(duckdb::ErrorData(exception));
    }
}

Result<std::unique_ptr<Cursor>> PlannedStatement::start() {
    if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
    session_->take_bound();
    session_->running_text = sql_;
    const std::uint64_t plans = session_->plans();
    const std::uint64_t generation = current_generation();
    if (defines(kind_)) {
        note_definition(*context_);
        outdated_ = true;  // DuckDB moves the columns out of the plan of a CREATE TABLE, also of one that then fails
    }
    CommitLog::Scope commit(session_->commits());
    const bool needs_no_plan = profile_next(*context_, pace_->was_slow() ? kForEver : at_worst_);
    pace_->start();
    if (lasts()) lasting_.narrow(*context_, values_);
    auto pending = planned_->PendingQuery(values_, true);
    const bool planned_anew = session_->plans() != plans;
    if (planned_anew) {
        bound_ = session_->take_bound();
        generation_ = generation;
        outdated_ = true;
    }
    if (!needs_no_plan) note_plan(*context_, planned_->data);
    if (pending->HasError()) return failure(pending->GetErrorObject());
    if (planned_anew) {
        if (auto same = check_columns(pending->types, pending->names); !same) {
            context_->CancelTransaction();
            return same.error();
        }
    }
    if (reads_own_tables()) commit.has_read();
    // What arrived while DuckDB planned may have been cleared with its flag.
    session_->renew_interrupt(*context_);
    // Its tables have grown: the next execution plans with its values again.
    if (!planned_anew && lasts() && !lasting_.worth_it(*context_)) {
        may_last_ = false;
        outdated_ = true;
    }
    HelperThreads::Help help;
    // A plan that was made anew is not the one kept here, whose tables may be gone.
    const bool large = planned_anew ? last_plan_is_large(*context_) : !lasts() && is_large(*context_, *planned_->data);
    if (large) help = HelperThreads::Help(*context_);
    if (planned_anew || !cost_) cost_ = last_cost(*context_);
    auto claim = claim_memory(*context_, *cost_);
    if (!claim) {
        context_->Interrupt();  // or what has begun would be run to its end here
        context_->CancelTransaction();
        return claim.error();
    }
    const Courtesy courtesy(large);
    auto result = execute_patiently(*pending);
    if (result->HasError()) return failure(result->GetErrorObject());
    return std::unique_ptr<Cursor>(
        std::make_unique<StreamCursor>(StreamCursor::Source{context_, session_, std::move(result), column_types_, sql_,
                                                            pace_, std::move(help), std::move(*claim), returns_rows_}));
}

}  // namespace smew::engine
