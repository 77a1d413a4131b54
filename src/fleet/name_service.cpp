#include "fleet/name_service.hpp"

#include "telemetry/log.hpp"

namespace smew::fleet {
namespace {

constexpr std::size_t kThreads = 2;

link::TableColumn describe_column(const catalog::Table& table, std::size_t index) {
    const link::ColumnSpec& spec = table.columns[index];
    const std::string description =
        index < table.column_descriptions.size() ? table.column_descriptions[index] : std::string();
    return {.name = spec.name, .type = spec.type, .nullable = spec.nullable, .description = description};
}

}  // namespace

NameService::NameService(const storage::Layout& layout, catalog::Store& store) : layout_(layout), store_(store) {
    for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back(&NameService::serve, this);
}

NameService::~NameService() {
    stop();
}

void NameService::stop() {
    {
        const std::lock_guard lock(queue_mutex_);
        stopping_ = true;
    }
    queue_changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

Result<int> NameService::generation_fd(const ProjectId& project) {
    const std::lock_guard lock(generations_mutex_);
    const auto found = generations_.find(project);
    if (found != generations_.end()) return found->second.fd();
    Result<link::CatalogGeneration> made = link::CatalogGeneration::create();
    if (!made) return made.error();
    return generations_.emplace(project, std::move(*made)).first->second.fd();
}

void NameService::bump(const ProjectId& project) {
    const std::lock_guard lock(generations_mutex_);
    const auto found = generations_.find(project);
    if (found != generations_.end()) found->second.bump();  // else no worker has ever asked
}

std::uint64_t NameService::generation(const ProjectId& project) {
    const std::lock_guard lock(generations_mutex_);
    const auto found = generations_.find(project);
    return found == generations_.end() ? 0 : found->second.current();
}

void NameService::answer(WorkerPointer worker, link::ResolveTable question) {
    enqueue(std::move(worker), std::move(question));
}

void NameService::answer(WorkerPointer worker, link::ListCatalog question) {
    enqueue(std::move(worker), question);
}

void NameService::enqueue(WorkerPointer worker, Question question) {
    {
        const std::lock_guard lock(queue_mutex_);
        queue_.emplace_back(std::move(worker), std::move(question));
    }
    queue_changed_.notify_one();
}

void NameService::serve() {
    for (;;) {
        std::unique_lock lock(queue_mutex_);
        queue_changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        auto [worker, question] = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();

        link::Message answer;
        if (const auto* resolve_question = std::get_if<link::ResolveTable>(&question)) {
            answer = resolve(worker->project, *resolve_question);
        } else {
            answer = list(worker->project, std::get<link::ListCatalog>(question));
        }
        if (const Result<void> sent = worker->channel.send(answer); !sent) {
            log::warning("worker_not_listening",
                         {{"project_id", worker->project.value()}, {"error", sent.error().message}});
            kill_process(worker->process);
        }
    }
}

// The generation is read before the store: a change in between makes the worker ask again, never trust an old answer.
link::TableResolved NameService::resolve(const ProjectId& project, const link::ResolveTable& question) {
    link::TableResolved answer{.request = question.request, .generation = generation(project), .table = {}};
    const Result<catalog::Table> table = store_.table(project, question.schema, question.name);
    if (table) answer.table = describe(*table);
    return answer;
}

link::CatalogListed NameService::list(const ProjectId& project, const link::ListCatalog& question) {
    link::CatalogListed answer{
        .request = question.request, .generation = generation(project), .schemas = {}, .tables = {}};
    if (const auto buckets = store_.buckets(project)) {
        for (const catalog::Bucket& bucket : *buckets) {
            answer.schemas.push_back(
                {.name = bucket.schema, .schema_id = bucket.number, .description = bucket.description});
        }
    }
    if (const auto tables = store_.all_tables(project)) {
        for (const catalog::Table& table : *tables) answer.tables.push_back(describe(table));
    }
    return answer;
}

link::CatalogTable NameService::describe(const catalog::Table& table) const {
    link::CatalogTable described{.schema = table.bucket,
                                 .name = table.name,
                                 .file = layout_.absolute(table.version_file),
                                 .table_id = table.id.value(),
                                 .version_id = table.version.value(),
                                 .row_count = static_cast<std::int64_t>(table.row_count),
                                 .description = table.description,
                                 .columns = {},
                                 .primary_key = table.primary_key};
    for (std::size_t i = 0; i < table.columns.size(); ++i) described.columns.push_back(describe_column(table, i));
    return described;
}

}  // namespace smew::fleet
