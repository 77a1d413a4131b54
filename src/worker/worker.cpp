#include "worker/worker.hpp"

#include "link/channel.hpp"
#include "stacks/crash_dump.hpp"
#include "telemetry/log.hpp"
#include "worker/loader_worker.hpp"
#include "worker/process_setup.hpp"
#include "worker/sandbox.hpp"
#include "worker/workspace_worker.hpp"

#include <fcntl.h>

namespace smew::worker {
namespace {

constexpr int kNoStart = 2;  // the gateway said something else first, or nothing
constexpr int kStartFailed = 3;

struct Order {
    link::Start start;
    link::CatalogGeneration generation;
    std::optional<link::RecordRing> records = {};
};

Result<Order> receive_start(link::Channel& channel) {
    auto received = channel.receive();
    if (!received) return received.error();
    if (!*received) return Error{sqlstate::kConnectionFailure, "the gateway closed the link before it said Start"};
    auto* start = std::get_if<link::Start>(&(**received).message);
    if (start == nullptr) return Error{sqlstate::kProtocolViolation, "the gateway's first message was not Start"};
    if (start->version != link::kLinkVersion) {
        return Error{sqlstate::kInternalError, "the worker's program is of another version than the running gateway's",
                     "", "Restart smew."};
    }
    auto generation = link::CatalogGeneration::map_readonly((**received).fd.get());
    if (!generation) return generation.error();
    return Order{std::move(*start), std::move(*generation)};
}

template <class Worker>
Result<std::unique_ptr<Worker>> opened(link::Channel& channel, Order& order, const PrivateMemory& memory) {
    try {
        if constexpr (std::is_same_v<Worker, LoaderWorker>) {
            return LoaderWorker::open(channel, order.start, memory);
        } else {
            return WorkspaceWorker::open(channel, order.start, std::move(order.generation), std::move(order.records),
                                         memory);
        }
    } catch (const std::exception& error) {
        return Error{sqlstate::kInternalError, "the worker could not start", error.what()};
    }
}

int start_failed(link::Channel& channel, const Error& error) {
    (void)channel.send(link::StartFailed{error});  // a gateway that is gone needs no answer
    return kStartFailed;
}

template <class Worker>
int serve(link::Channel& channel, Order& order, const PrivateMemory& memory, const std::string& in_force) {
    auto worker = opened<Worker>(channel, order, memory);
    if (!worker) return start_failed(channel, worker.error());
    (void)channel.send(link::Ready{.duckdb_version = engine::duckdb_version(), .sandbox = in_force});
    return (*worker)->serve();
}

// A gateway without memory for it gives none, and the number may by now be a file's.
bool is_sealed_memory(int fd) {
    const int seals = ::fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & F_SEAL_GROW) != 0;
}

}  // namespace

int run_worker(const Descriptors& descriptors) {
    set_up_process();
    if (is_sealed_memory(descriptors.crash)) stacks::leave_crash_dumps(descriptors.crash);
    const PrivateMemory memory;
    link::Channel channel((UniqueFd(descriptors.link)));
    auto order = receive_start(channel);
    if (!order) {
        log::error("worker_not_started", {{"error", order.error().message}});
        return start_failed(channel, order.error()), kNoStart;
    }
    if (auto ring = link::RecordRing::map(descriptors.records)) order->records = std::move(*ring);
    const auto in_force = enter_sandbox(order->start);
    if (!in_force) return start_failed(channel, in_force.error());
    if (order->start.kind == link::WorkerKind::kLoader) {
        return serve<LoaderWorker>(channel, *order, memory, *in_force);
    }
    return serve<WorkspaceWorker>(channel, *order, memory, *in_force);
}

}  // namespace smew::worker
