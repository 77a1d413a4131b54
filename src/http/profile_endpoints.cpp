#include "http/endpoints.hpp"
#include "http/problem.hpp"
#include "profiling/pprof.hpp"
#include "profiling/profiler.hpp"

namespace smew::http::endpoints {
namespace {

std::chrono::seconds wanted_time(const Request& request, const Context& context) {
    const std::chrono::seconds wanted(request.number("seconds"));
    if (wanted > context.settings.profile_max_seconds) {
        fail_field("seconds", "must be at most " + std::to_string(context.settings.profile_max_seconds.count()) +
                                  " (profile_max_seconds)");
    }
    return wanted;
}

// What a worker sends is read as a stranger's: its memory may be in a tenant's hands.
stacks::CpuProfile worker_profile(Context& context, const WorkspaceId& workspace, std::chrono::seconds time) {
    const std::string text = or_fail(
        context.fleet.profile_worker(workspace, static_cast<std::uint32_t>(context.settings.profile_hertz), time));
    auto profile = stacks::CpuProfile::read(text);
    if (!profile) fail(502, "profile_unreadable", "the workspace's process sent a profile that cannot be read");
    return *std::move(profile);
}

stacks::CpuProfile gateway_profile(const Context& context, std::chrono::seconds time) {
    if (context.profiler == nullptr) fail(501, "profiling_unavailable", "this server takes no profiles");
    return or_fail(context.profiler->profile(time));
}

}  // namespace

Response cpu_profile(const Request& request, Context& context) {
    const std::chrono::seconds time = wanted_time(request, context);
    const auto workspace = request.option("workspace");
    Response response;
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"profile.pb.gz\"");
    response.body = profiling::pprof_of(workspace ? worker_profile(context, WorkspaceId(*workspace), time)
                                                  : gateway_profile(context, time));
    return response;
}

}  // namespace smew::http::endpoints
