#include "observe/audit_lines.hpp"

#include <gtest/gtest.h>

namespace smew::observe {
namespace {

link::QueryRecord record(const std::string& session) {
    link::QueryRecord made;
    made.workspace = WorkspaceId("w\"1");
    made.project = ProjectId("shop");
    made.session = SessionId(session);
    made.user = "ws_" + session;
    made.client_address = "10.0.0.1";
    made.number = 7;
    made.started_at_us = 1'767'225'599'999'000;  // a millisecond before 2026
    made.duration_us = 1500;
    made.query = "SELECT 'a\nb'";
    made.query_hash = "sha256:00";
    made.rows_returned = 3;
    made.bytes_returned = 90;
    return made;
}

std::string line(AuditLines& lines, const link::QueryRecord& record) {
    std::string text;
    lines.append(text, record);
    return text;
}

TEST(AuditLines, HaveTheFieldsOfTheSeed) {
    AuditLines lines;
    EXPECT_EQ(line(lines, record("s1")),
              R"({"event":"query_executed","timestamp":"2026-01-01T00:00:00.000Z","workspace_id":"w\"1",)"
              R"("project_id":"shop","session_id":"s1","query_id":"s1-7","username":"ws_s1","client_ip":"10.0.0.1",)"
              R"("query":"SELECT 'a\nb'","query_hash":"sha256:00","duration_ms":1.500,"rows_returned":3,)"
              R"("bytes_returned":90,"status":"success","error":null})"
              "\n");
}

TEST(AuditLines, TellTheTimeOfTheStatementsEnd) {
    AuditLines lines;
    link::QueryRecord one = record("s1");
    const auto time_of = [&] { return line(lines, one).substr(39, 24); };
    EXPECT_EQ(time_of(), "2026-01-01T00:00:00.000Z");
    one.duration_us = 123'456'000;
    EXPECT_EQ(time_of(), "2026-01-01T00:02:03.455Z");
    one.duration_us = 0;
    EXPECT_EQ(time_of(), "2025-12-31T23:59:59.999Z") << "another second, and one that was";
}

TEST(AuditLines, DoNotMixSessions) {
    AuditLines lines;
    for (int i = 0; i < 5000; ++i) {
        const std::string session = "s" + std::to_string(i % 2500);
        link::QueryRecord one = record(session);
        one.error = i % 2 == 0 ? "" : "no \"such\" thing";
        one.query = i % 3 == 0 ? "" : "SELECT 1";
        const std::string text = line(lines, one);
        ASSERT_NE(text.find(R"("query_id":")" + session + R"(-7","username":"ws_)" + session + '"'), std::string::npos);
        ASSERT_NE(text.find(i % 2 == 0 ? R"("error":null})" : R"("error":"no \"such\" thing"})"), std::string::npos);
        ASSERT_NE(text.find(i % 3 == 0 ? R"("query":null,)" : R"("query":"SELECT 1",)"), std::string::npos);
    }
}

}  // namespace
}  // namespace smew::observe
