#pragma once
// Answers workers' questions about their project's tables, and keeps each project's catalog generation.

#include "catalog/store.hpp"
#include "fleet/worker_record.hpp"
#include "link/channel.hpp"
#include "storage/layout.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace smew::fleet {

// Thread-safe. Answers are made and sent by threads of its own, so that neither a large catalog nor a worker that does
// not read holds up the fleet's event loop.
class NameService {
public:
    NameService(const storage::Layout& layout, catalog::Store& store);
    ~NameService();
    NameService(const NameService&) = delete;
    NameService& operator=(const NameService&) = delete;

    // The descriptor to pass in Start; the generation lives as long as the service.
    Result<int> generation_fd(const ProjectId& project);
    void bump(const ProjectId& project);

    void answer(WorkerPointer worker, link::ResolveTable question);
    void answer(WorkerPointer worker, link::ListCatalog question);

    // Ends the threads; questions not yet answered are dropped. Called by the destructor as well.
    void stop();

private:
    using Question = std::variant<link::ResolveTable, link::ListCatalog>;

    void serve();
    void enqueue(WorkerPointer worker, Question question);
    std::uint64_t generation(const ProjectId& project);
    link::TableResolved resolve(const ProjectId& project, const link::ResolveTable& question);
    link::CatalogListed list(const ProjectId& project, const link::ListCatalog& question);
    link::CatalogTable describe(const catalog::Table& table) const;

    const storage::Layout& layout_;
    catalog::Store& store_;
    std::mutex generations_mutex_;
    std::unordered_map<ProjectId, link::CatalogGeneration> generations_;
    std::mutex queue_mutex_;
    std::condition_variable queue_changed_;
    std::deque<std::pair<WorkerPointer, Question>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace smew::fleet
