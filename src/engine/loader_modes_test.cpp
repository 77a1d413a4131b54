// Append and upsert: what the current version holds, what the file brings, and how they meet.

#include "engine/loader_test_fixture.hpp"

namespace smew::engine::loader {
namespace {

using link::ImportMode;

class Modes : public LoaderTest {
protected:
    link::ImportJob job(ImportMode mode, std::string base, std::string_view content) {
        link::ImportJob made = import_csv(file("in.csv", content), next_version());
        made.mode = mode;
        made.base_file = std::move(base);
        return made;
    }
    link::ImportJob keyed(ImportMode mode, std::string base, std::string_view content) {
        link::ImportJob made = job(mode, std::move(base), content);
        made.primary_key = {"id"};
        return made;
    }
    std::string people() { return make("id BIGINT NOT NULL, name VARCHAR", "(3, 'c'), (1, 'a'), (2, 'b')"); }
};

TEST_F(Modes, ReplaceForgetsTheOldRows) {
    const auto replace = job(ImportMode::kReplace, people(), "id,name\n9,z\n");
    EXPECT_EQ(done(replace).table_rows, 1U);
    EXPECT_EQ(rows_of(replace.output_file), "9|z\n");
}

TEST_F(Modes, AppendKeepsOrderAndOldVersion) {
    const std::string base = people();
    std::filesystem::permissions(base, std::filesystem::perms::owner_read);
    const auto append = job(ImportMode::kAppend, base, "name,id\nd,4\nd,1\n");
    const auto outcome = done(append);
    EXPECT_EQ(outcome.rows, 2U);
    EXPECT_EQ(outcome.table_rows, 5U);
    EXPECT_EQ(rows_of(append.output_file), "3|c\n1|a\n2|b\n4|d\n1|d\n");
    EXPECT_EQ(rows_of(base), "3|c\n1|a\n2|b\n");
}

TEST_F(Modes, AppendToNothingMakesTheTable) {
    EXPECT_EQ(done(job(ImportMode::kAppend, "", "id\n1\n")).table_rows, 1U);
    EXPECT_EQ(done(keyed(ImportMode::kUpsert, "", "id,v\n1,a\n1,b\n")).table_rows, 1U);
}

TEST_F(Modes, AppendWithAKeyRefusesKeysThatExist) {
    const Error present = fails(keyed(ImportMode::kAppend, people(), "id,name\n4,d\n2,x\n"), "23505");
    EXPECT_EQ(present.message, "duplicate key value violates the primary key: (id)=(2)");
    EXPECT_EQ(present.detail, "Key (id)=(2) already exists.");
    fails(keyed(ImportMode::kAppend, people(), "id,name\n4,d\n4,x\n"), "23505");
    fails(keyed(ImportMode::kAppend, people(), "id,name\n,d\n"), "23502");
    const auto fine = keyed(ImportMode::kAppend, people(), "id,name\n5,e\n4,d\n");
    done(fine);
    EXPECT_EQ(rows_of(fine.output_file), "3|c\n1|a\n2|b\n5|e\n4|d\n");
}

TEST_F(Modes, UpsertReplacesAndAddsAndTheLastRowOfAKeyWins) {
    const auto upsert = keyed(ImportMode::kUpsert, people(), "id,name\n1,A\n9,x\n1,AA\n9,y\n4,d\n");
    const auto outcome = done(upsert);
    EXPECT_EQ(outcome.rows, 5U);
    EXPECT_EQ(outcome.table_rows, 5U);
    EXPECT_EQ(rows_of(upsert.output_file), "3|c\n2|b\n1|AA\n9|y\n4|d\n");
}

TEST_F(Modes, UpsertOfAFewRowsIntoMany) {
    std::string values = "(0, 'n0')";
    for (int i = 1; i < 1'000; ++i) values += ", (" + std::to_string(i) + ", 'n')";
    const auto upsert =
        keyed(ImportMode::kUpsert, make("id BIGINT NOT NULL, name VARCHAR", values), "id,name\n7,seven\n");
    EXPECT_EQ(done(upsert).table_rows, 1'000U);
    EXPECT_EQ(rows_of(upsert.output_file, "count(*), count(DISTINCT id), max(name), last(id)"), "1000|1000|seven|7\n");
}

TEST_F(Modes, UpsertOfEverything) {
    const auto upsert = keyed(ImportMode::kUpsert, people(), "id,name\n1,x\n2,y\n3,z\n");
    done(upsert);
    EXPECT_EQ(rows_of(upsert.output_file), "1|x\n2|y\n3|z\n");
}

TEST_F(Modes, UpsertNeedsAKeyWithoutNulls) {
    fails(job(ImportMode::kUpsert, people(), "id,name\n1,x\n"), "22023");
    fails(keyed(ImportMode::kUpsert, people(), "id,name\n,x\n"), "23502");
}

TEST_F(Modes, UpsertOverSeveralColumns) {
    auto upsert = job(ImportMode::kUpsert, make("a INT, \"b c\" VARCHAR, v INT", "(1, 'x', 1), (1, 'y', 2)"),
                      "a,b c,v\n1,y,20\n2,y,3\n");
    upsert.primary_key = {"b c", "A"};
    done(upsert);
    EXPECT_EQ(rows_of(upsert.output_file), "1|x|1\n1|y|20\n2|y|3\n");
}

TEST_F(Modes, GivenColumnsThatDifferFromTheBaseAreUsed) {
    auto append = job(ImportMode::kAppend, people(), "id,name,more\n4,d,x\n");
    append.columns = {{"id", "INTEGER", false, ""}, {"name", "VARCHAR", true, ""}, {"more", "VARCHAR", true, "'?'"}};
    const auto outcome = done(append);
    EXPECT_EQ(outcome.columns[0].type, "INTEGER");
    EXPECT_EQ(rows_of(append.output_file), "3|c|?\n1|a|?\n2|b|?\n4|d|x\n");
}

TEST_F(Modes, BadRowsLeaveNothingBehind) {
    fails(job(ImportMode::kAppend, people(), "id,name\nx,d\n"), "22P02");
    fails(keyed(ImportMode::kUpsert, people(), "id,name\nx,d\n"), "22P02");
    fails(job(ImportMode::kAppend, path("missing.duckdb"), "id,name\n1,d\n"), "58030");
}

TEST_F(Modes, ALargeVersionIsExtendedAndNotWrittenAnew) {
    auto first = import_csv(path("big.csv"), next_version());
    sql("COPY (SELECT range AS id, md5(range::VARCHAR) AS name FROM range(400000)) TO '" + first.source_file + "'");
    const auto before = done(first);
    ASSERT_GT(before.file_bytes, 4U << 20);
    const auto upsert = keyed(ImportMode::kUpsert, first.output_file, "id,name\n5,five\n400000,new\n");
    const auto changed = done(upsert);
    EXPECT_EQ(changed.table_rows, 400'001U);
    EXPECT_EQ(rows_of(upsert.output_file, "count(*), count(DISTINCT id), sum(id)"), "400001|400001|80000200000\n");
    const auto again = keyed(ImportMode::kAppend, upsert.output_file, "id,name\n-1,x\n");
    // Merging groups of rows may leave blocks unused, which the next version fills.
    EXPECT_LT(changed.file_bytes, before.file_bytes * 2);
    EXPECT_LT(done(again).file_bytes, changed.file_bytes * 11 / 10);
}

}  // namespace
}  // namespace smew::engine::loader
