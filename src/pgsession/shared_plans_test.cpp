#include "pgsession/session_fixture.hpp"

namespace smew::pgsession::testing {
namespace {

using Log = std::vector<std::string>;

class SharedPlansTest : public SessionTest {
protected:
    SharedPlansTest() {
        for (const char* const value : {"1", "2", "3", "4", "99999999999", "'5'", "'x'"}) {
            stage.scripts["select a from t where i = " + std::string(value)] = script;
        }
        script.parameters = {engine::TypeId::kInteger};
        stage.scripts[form] = script;
        stage.take_log();
    }
    Messages select(const std::string& value) { return client.query("select a from t where i = " + value); }
    std::string bound() const { return std::string(std::get<engine::TextValue>(stage.bound.back().at(0)).text); }

    const std::string form = "select a from t where i = $1";
    Script script{.columns = {"a"}, .rows = {{1}}};
};

TEST_F(SharedPlansTest, RunFromTheThirdTimeOn) {
    const Messages expected{"Columns a:23", "Row 1", "Done SELECT 1", "Ready I"};
    EXPECT_EQ(select("1"), expected);
    EXPECT_EQ(log(), (Log{"prepare select a from t where i = 1", "execute select a from t where i = 1"}));
    EXPECT_EQ(select("2"), expected);
    EXPECT_EQ(log(),
              (Log{"prepare select a from t where i = 2", "prepare " + form, "execute select a from t where i = 2"}));
    EXPECT_EQ(select("3"), expected);
    EXPECT_EQ(select("'5'"), expected);
    EXPECT_EQ(log(), (Log{"execute " + form, "execute " + form}));
    EXPECT_EQ(bound(), "5");
}

TEST_F(SharedPlansTest, NotForALiteralThatMeansSomethingElseAsThatType) {
    for (const char* const value : {"1", "2", "3"}) select(value);
    stage.take_log();
    select("99999999999");  // compared as bigint, and equal to no integer
    select("'x'");          // whose error tells where it is
    EXPECT_EQ(log(),
              (Log{"prepare select a from t where i = 99999999999", "execute select a from t where i = 99999999999",
                   "prepare select a from t where i = 'x'", "execute select a from t where i = 'x'"}));
    select("4");
    EXPECT_EQ(log(), (Log{"execute " + form}));
}

TEST_F(SharedPlansTest, NotWhenTheColumnsWouldDiffer) {
    stage.scripts[form].columns = {"other"};
    for (const char* const value : {"1", "2"}) select(value);
    stage.take_log();
    EXPECT_EQ(select("3").front(), "Columns a:23");
    EXPECT_EQ(log(), (Log{"prepare select a from t where i = 3", "execute select a from t where i = 3"}));
}

TEST_F(SharedPlansTest, NotWhenTheFormCannotBePlanned) {
    stage.scripts[form].prepare_error = Error{sqlstate::kUndefinedFunction, "no such operator"};
    for (const char* const value : {"1", "2"}) EXPECT_EQ(select(value).back(), "Ready I");
    stage.take_log();
    select("3");
    EXPECT_EQ(log(), (Log{"prepare select a from t where i = 3", "execute select a from t where i = 3"}));
}

TEST_F(SharedPlansTest, ArePlannedOutsideOfBlocksAndRunWithinThem) {
    select("1");
    client.query("begin");
    select("2");
    EXPECT_EQ(log().back(), "execute select a from t where i = 2");
    client.query("commit");
    select("3");
    client.query("begin");
    stage.take_log();
    EXPECT_EQ(select("4").back(), "Ready T");
    EXPECT_EQ(log(), (Log{"BEGIN TRANSACTION", "execute " + form}));
}

TEST_F(SharedPlansTest, ErrorsTellTheirPlaceInTheStatementsOwnText) {
    script.parameters = {engine::TypeId::kInteger};
    stage.scripts["select a from t where i = $1 and b"] = script;
    for (const char* const value : {"1", "22", "333"}) {
        const std::string sql = "select a from t where i = " + std::string(value) + " and b";
        script.parameters.clear();
        stage.scripts[sql] = script;
        if (value == std::string("333")) {
            stage.scripts["select a from t where i = $1 and b"].execute_error =
                Error{sqlstate::kUndefinedColumn, "no column b", "", "", 34};
        }
        client.add(pg::Query{sql}).send();
        client.session().run();
    }
    const auto bytes = client.take_bytes();
    const std::string answer(bytes.begin(), bytes.end());
    EXPECT_NE(answer.find(std::string("P35\0", 4)), std::string::npos);
}

}  // namespace
}  // namespace smew::pgsession::testing
