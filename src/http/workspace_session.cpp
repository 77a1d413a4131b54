#include "http/workspace_session.hpp"

#include "core/random.hpp"
#include "link/channel.hpp"
#include "pgproto/frame.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace smew::http {
namespace {

namespace asio = boost::asio;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kSecretBytes = 4;
constexpr std::size_t kReadBytes = 64 << 10;
// A row arrives in one frame; a value larger than this cannot be passed on.
constexpr std::uint64_t kMaxFrameBytes = 64ULL << 20;

Error gone() {
    return error_for(CancelReason::kWorkerLost);
}

}  // namespace

Result<std::unique_ptr<WorkspaceSession>> WorkspaceSession::open(fleet::Fleet& fleet,
                                                                 const catalog::Workspace& workspace,
                                                                 SessionOrigin origin) {
    Result<std::unique_ptr<fleet::Admission>> admission = fleet.admit(workspace, origin.door);
    if (!admission) return admission.error();
    auto sockets = link::make_socket_pair();
    if (!sockets) return sockets.error();
    fleet::Fleet::BackendKey key = fleet.new_backend_key(kSecretBytes);
    link::AdoptSession session;
    session.session = SessionId("sess_" + random_hex(16));
    session.backend_pid = key.pid;
    session.cancel_key = key.secret;
    session.user = workspace.username;
    session.database = workspace.database();
    session.door = origin.door;
    session.client_address = std::move(origin.client_address);
    session.client_port = origin.client_port;
    session.parameters = std::move(origin.parameters);
    session.tls = origin.tls;
    session.reads_only = origin.reads_only;
    const Result<void> adopted =
        fleet.adopt(workspace, session, std::move(sockets->second), std::move(*admission), nullptr);
    if (!adopted) return adopted.error();
    return std::unique_ptr<WorkspaceSession>(
        new WorkspaceSession(fleet, session.session, std::move(key), std::move(sockets->first)));
}

std::function<void()> WorkspaceSession::canceller() const {
    return [&fleet = fleet_, key = key_] { fleet.cancel(key.pid, key.secret); };
}

void WorkspaceSession::attach(const asio::any_io_executor& executor) {
    socket_.emplace(executor, asio::local::stream_protocol(), unattached_.release());
}

void WorkspaceSession::close() {
    boost::system::error_code ignored;
    socket_->close(ignored);
}

asio::awaitable<Result<void>> WorkspaceSession::greet() {
    for (;;) {
        while (std::optional<Result<pgproto::BackendMessage>> message = take()) {
            if (!*message) co_return message->error();
            if (std::holds_alternative<pgproto::ReadyForQuery>(**message)) co_return Result<void>();
            if (const auto* refusal = std::get_if<pgproto::ErrorResponse>(&**message)) co_return refusal->error;
        }
        if (const Result<void> received = co_await receive(); !received) co_return received.error();
    }
}

asio::awaitable<Result<void>> WorkspaceSession::send(ByteSpan bytes) {
    const auto [error, count] = co_await asio::async_write(*socket_, asio::buffer(bytes.data(), bytes.size()), kTuple);
    if (error) co_return gone();
    co_return Result<void>();
}

std::optional<Result<pgproto::BackendMessage>> WorkspaceSession::take() {
    ByteSpan input = ByteSpan(incoming_).subspan(consumed_);
    const pgproto::Frame frame = pgproto::take_frame(input, kMaxFrameBytes);
    if (frame.state == pgproto::FrameState::kNeedMore) return std::nullopt;
    if (frame.state == pgproto::FrameState::kMalformed) {
        return Error{sqlstate::kConfigurationLimitExceeded, "a row of the result is larger than 64 MiB", "",
                     "Select fewer columns, or shorten its values with left()."};
    }
    consumed_ = incoming_.size() - input.size();
    return pgproto::parse_backend(frame.type, frame.body);
}

asio::awaitable<Result<void>> WorkspaceSession::receive() {
    incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(consumed_));
    consumed_ = 0;
    // Sessions that wait are many: the room to read into is made when there is something to read.
    if (incoming_.empty()) pgproto::Buffer().swap(incoming_);
    const auto [cancelled] = co_await socket_->async_wait(asio::socket_base::wait_read, kTuple);
    if (cancelled) co_return gone();
    const std::size_t kept = incoming_.size();
    incoming_.resize(kept + kReadBytes);
    const auto [error, count] =
        co_await socket_->async_read_some(asio::buffer(incoming_.data() + kept, kReadBytes), kTuple);
    incoming_.resize(kept + count);
    if (error) co_return gone();
    co_return Result<void>();
}

}  // namespace smew::http
