#include "fleet/live_session.hpp"

#include "pgproto/backend.hpp"

#include <sys/socket.h>

namespace smew::fleet {

void LiveSession::finish(std::optional<Error> error) {
    if (socket_copy && error) {
        pgproto::Buffer message;
        pgproto::write_error(message, pgproto::Severity::kFatal, *error);
        ::send(socket_copy.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        ::shutdown(socket_copy.get(), SHUT_RDWR);
    }
    socket_copy.reset();
    admission.reset();
    if (ended) ended(std::move(error));
    ended = nullptr;
}

}  // namespace smew::fleet
