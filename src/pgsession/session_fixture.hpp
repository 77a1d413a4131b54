#pragma once
#include "pgsession/fake_engine.hpp"
#include "pgsession/test_client.hpp"

#include <gtest/gtest.h>

namespace smew::pgsession::testing {

using engine::StatementKind;
using engine::TypeId;
namespace pg = pgproto;

// A session that has greeted its client, on an engine with a few statements.
class SessionTest : public ::testing::Test {
protected:
    SessionTest() {
        auto& scripts = stage.scripts;
        scripts["select 1"] = {.columns = {"1"}, .rows = {{1}}, .constant = true};
        scripts["select a from t"] = {.columns = {"a"}, .rows = {{1}, {2}, {3}, {4}, {5}}};
        scripts["select b from u"] = {.columns = {"b"}, .rows = {{7}}};
        scripts["insert into t values (1)"] = {.kind = StatementKind::kInsert, .affected = 1};
        scripts["insert into t values (2)"] = {.kind = StatementKind::kInsert, .affected = 1};
        scripts["insert bad"] = {.kind = StatementKind::kInsert,
                                 .execute_error = Error{sqlstate::kUniqueViolation, "duplicate key"}};
        scripts["create table x (i int)"] = {.kind = StatementKind::kCreateTable};
        scripts["select broken"] = {.prepare_error = Error{sqlstate::kUndefinedColumn, "no column broken", "", "", 8}};
        scripts["select late"] = {
            .columns = {"a"}, .rows = {{1}}, .late_error = Error{sqlstate::kDivisionByZero, "division by zero"}};
        scripts["select wait"] = {.columns = {"a"}, .waits = true};
        scripts["select $1"] = {.columns = {"x"}, .rows = {{9}}, .parameters = {TypeId::kInteger}};
        client.start();
        stage.take_log();
    }
    // The log without what every first statement says.
    std::vector<std::string> log() {
        std::vector<std::string> entries = stage.take_log();
        std::erase_if(entries, [](const std::string& entry) { return entry == "close" || entry.starts_with("zone "); });
        return entries;
    }

    Stage stage;
    FakeInstance instance{stage};
    TestClient client{instance};
};

}  // namespace smew::pgsession::testing
