#include "engine/loader_test_fixture.hpp"

namespace smew::engine::loader {
namespace {

using Column = link::RewriteJob::Column;

class Rewrite : public LoaderTest {
protected:
    link::RewriteJob job(std::string base, std::vector<Column> columns) {
        link::RewriteJob made;
        made.base_file = std::move(base);
        made.columns = std::move(columns);
        made.output_file = next_version();
        return made;
    }
    std::string orders() {
        return make("id BIGINT NOT NULL, amount VARCHAR, status VARCHAR DEFAULT 'new'",
                    "(1, '1.5', 'paid'), (2, '2', NULL), (3, NULL, 'new')");
    }
};

const Column kId = {{"id", "BIGINT", false, ""}, "id"};
const Column kAmount = {{"amount", "VARCHAR", true, ""}, "amount"};
const Column kStatus = {{"status", "VARCHAR", true, "'new'"}, "status"};

TEST_F(Rewrite, MakesAnEmptyTable) {
    auto create = job("", {{{"id", "int8", true, ""}, ""}, {{"when", "timestamptz", true, "now()"}, ""}});
    create.primary_key = {"id"};
    const auto outcome = done(create);
    ASSERT_EQ(outcome.columns.size(), 2U);
    EXPECT_EQ(outcome.columns[0].type, "BIGINT");
    EXPECT_FALSE(outcome.columns[0].nullable);
    EXPECT_EQ(outcome.columns[1].default_expression, "now()");
    EXPECT_EQ(outcome.table_rows, 0U);
    EXPECT_LT(outcome.file_bytes, 100'000U);
    EXPECT_EQ(rows_of(create.output_file), "");
}

TEST_F(Rewrite, RefusesTablesThatCannotBe) {
    fails(job("", {}), "42P16");
    fails(job("", {{{"", "INT", true, ""}, ""}}), "42602");
    fails(job("", {{{"a\nb", "INT", true, ""}, ""}}), "42602");
    fails(job("", {{{std::string(300, 'a'), "INT", true, ""}, ""}}), "42602");
    fails(job("", {{{"a", "INT", true, ""}, ""}, {{"A", "INT", true, ""}, ""}}), "42701");
    fails(job("", {{{"a", "NOPE", true, ""}, ""}}), "42704");
    fails(job("", {{{"a", "INT", true, "'x'"}, ""}}), "22P02");
    fails(job("", {{{"a", "INT", true, "DATE '2024-01-01'"}, ""}}), "42846");
    fails(job("", {{{"a", "INT", true, "(SELECT 1)"}, ""}}), "42501");
    fails(job("", {{{"a", "INT", true, "b"}, ""}, {{"b", "INT", true, ""}, ""}}), "42703");
    fails(job("", {{{"a", "INT", true, "1) , b INT DEFAULT (2"}, ""}}), "42601");
    fails(job("", {{{"a", "INT", true, ""}, "1"}}), "22023");
    fails(job(path("nothing.duckdb"), {kId}), "58030");
    fails(job(file("text.duckdb", std::string(100'000, 'x')), {kId}), "58030");
}

TEST_F(Rewrite, NamesThatNeedQuoting) {
    auto create = job("", {{{"select", "INT", true, ""}, ""},
                           {{"we\"ird'; --", "INT", true, ""}, ""},
                           {{"žluťoučký kůň 🐎", "INT", true, ""}, ""}});
    create.primary_key = {"we\"ird'; --"};
    EXPECT_EQ(done(create).columns[1].name, "we\"ird'; --");
    auto copy = job(create.output_file, {{{"x", "INT", true, ""}, "\"we\"\"ird'; --\" + \"žluťoučký kůň 🐎\""}});
    done(copy);
}

TEST_F(Rewrite, AddsDropsAndChangesColumns) {
    const auto change = job(orders(), {kId,
                                       {{"amount", "DECIMAL(12,2)", true, ""}, "CAST(amount AS DECIMAL(12,2))"},
                                       {{"state", "VARCHAR", true, ""}, "upper(status)"},
                                       {{"added", "INTEGER", false, "7"}, ""},
                                       {{"empty", "DATE", true, ""}, ""}});
    const auto outcome = done(change);
    EXPECT_EQ(outcome.rows, 0U);
    EXPECT_EQ(outcome.table_rows, 3U);
    EXPECT_EQ(rows_of(change.output_file), "1|1.50|PAID|7|∅\n2|2.00|∅|7|∅\n3|∅|NEW|7|∅\n");
}

TEST_F(Rewrite, LeavesTheOldVersionAlone) {
    const std::string base = orders();
    const std::string before = rows_of(base);
    done(job(base, {kId}));
    EXPECT_EQ(rows_of(base), before);
}

TEST_F(Rewrite, TellsWhichValueCannotBeCast) {
    const std::string base = make("a VARCHAR", "('1'), ('x')");
    const Error error = fails(job(base, {{{"a", "INTEGER", true, ""}, "CAST(a AS INTEGER)"}}), "22P02");
    EXPECT_NE(error.message.find("\"x\""), std::string::npos) << error.message;
    EXPECT_EQ(fails(job(base, {{{"a", "VARCHAR", true, ""}, "a"}, {{"b", "INTEGER", false, ""}, ""}}), "23502").message,
              "null value in column \"b\" violates the not-null constraint");
}

TEST_F(Rewrite, SetsAndDropsThePrimaryKey) {
    auto set = job(orders(), {kId, kAmount, kStatus});
    set.primary_key = {"id"};
    EXPECT_FALSE(done(set).columns[0].nullable);

    auto drop = job(set.output_file, {{{"id", "BIGINT", true, ""}, "id"}, kAmount});
    EXPECT_TRUE(done(drop).columns[0].nullable);

    auto with_nulls = job(orders(), {kId, kAmount});
    with_nulls.primary_key = {"amount"};
    fails(with_nulls, "23502");
    auto repeated = job(make("a INT, b INT", "(1, 1), (1, 2), (1, 1)"),
                        {{{"a", "INT", true, ""}, "a"}, {{"b", "INT", true, ""}, "b"}});
    repeated.primary_key = {"a", "b"};
    EXPECT_EQ(fails(repeated, "23505").message, "duplicate key value violates the primary key: (a, b)=(1, 1)");
    repeated.primary_key = {"a", "c"};
    fails(repeated, "42703");
}

TEST_F(Rewrite, DeletesRowsByCondition) {
    auto remove = job(orders(), {kId, kAmount, kStatus});
    remove.delete_where = "status = 'new' OR id = 1";
    const auto outcome = done(remove);
    EXPECT_EQ(outcome.rows, 2U);
    EXPECT_EQ(outcome.table_rows, 1U);
    EXPECT_EQ(rows_of(remove.output_file), "2|2|∅\n");
    EXPECT_EQ(outcome.columns[2].default_expression, "'new'");
}

TEST_F(Rewrite, ConditionsThatAreNotConditions) {
    const auto with = [this](std::string where) {
        auto made = job(orders(), {kId});
        made.delete_where = std::move(where);
        return made;
    };
    fails(with("id IN (SELECT id FROM read_csv('/etc/passwd'))"), "42501");
    fails(with("true; DROP TABLE data"), "42601");
    fails(with("nope = 1"), "42703");
    fails(with("amount > 5"), "42804");
    fails(with("status::INTEGER > 1"), "22P02");
    fails(with("[1, 2]"), "42846");
}

TEST_F(Rewrite, ErrorsInExpressionsOverTheRows) {
    auto error = job(orders(), {{{"a", "VARCHAR", true, ""}, "error('no: ' || id)"}});
    EXPECT_FALSE(run(error));
    fails(job(orders(), {{{"a", "INT", true, ""}, "CAST(id * 10000000000 AS INT)"}}), "22003");
}

}  // namespace
}  // namespace smew::engine::loader
