#include "pgsession/session_fixture.hpp"

namespace smew::pgsession::testing {
namespace {

class CursorTest : public SessionTest {
protected:
    void declare(std::string_view sql = "declare c cursor for select a from t") {
        client.query("begin");
        EXPECT_EQ(client.query(sql), (Messages{"Done DECLARE CURSOR", "Ready T"}));
    }
    std::string first(std::string_view sql) { return client.query(sql).front(); }
};

TEST_F(CursorTest, IsReadForwardToItsEnd) {
    declare("declare c no scroll cursor without hold for\nselect a from t");
    EXPECT_EQ(client.query("fetch c"), (Messages{"Columns a:23", "Row 1", "Done FETCH 1", "Ready T"}));
    EXPECT_EQ(client.query("fetch forward 2 from c"),
              (Messages{"Columns a:23", "Row 2", "Row 3", "Done FETCH 2", "Ready T"}));
    EXPECT_EQ(client.query("fetch all in \"c\""),
              (Messages{"Columns a:23", "Row 4", "Row 5", "Done FETCH 2", "Ready T"}));
    EXPECT_EQ(client.query("fetch next from c"), (Messages{"Columns a:23", "Done FETCH 0", "Ready T"}));
    EXPECT_EQ(client.query("close c"), (Messages{"Done CLOSE CURSOR", "Ready T"}));
    EXPECT_EQ(first("fetch c"), "ERROR 34000 cursor \"c\" does not exist");
}

TEST_F(CursorTest, IsExecutedWhenDeclaredAndClosedWithItsBlock) {
    declare();
    EXPECT_EQ(log(),
              (std::vector<std::string>{"prepare select a from t", "BEGIN TRANSACTION", "execute select a from t"}));
    client.query("commit");
    client.query("begin");
    EXPECT_EQ(first("fetch c"), "ERROR 34000 cursor \"c\" does not exist");
}

TEST_F(CursorTest, MoveSkipsRowsAlsoThoseKeptAside) {
    declare();
    EXPECT_EQ(client.query("move c"), (Messages{"Done MOVE 1", "Ready T"}));
    client.query("select b from u");
    EXPECT_EQ(first("move forward 2 in c"), "Done MOVE 2");
    EXPECT_EQ(client.query("fetch c")[1], "Row 4");
    EXPECT_EQ(first("move all from c"), "Done MOVE 1");
    EXPECT_EQ(first("move c"), "Done MOVE 0");
}

TEST_F(CursorTest, SurvivesOtherStatementsAndOtherCursors) {
    declare();
    client.query("fetch 1 from c");
    EXPECT_EQ(first("declare d cursor for select b from u"), "Done DECLARE CURSOR");
    EXPECT_EQ(client.query("fetch 2 from c"), (Messages{"Columns a:23", "Row 2", "Row 3", "Done FETCH 2", "Ready T"}));
    EXPECT_EQ(client.query("fetch all from d"), (Messages{"Columns b:23", "Row 7", "Done FETCH 1", "Ready T"}));
    EXPECT_EQ(client.query("fetch 9 from c"), (Messages{"Columns a:23", "Row 4", "Row 5", "Done FETCH 2", "Ready T"}));
    EXPECT_EQ(first("close all"), "Done CLOSE CURSOR ALL");
    EXPECT_EQ(first("fetch c"), "ERROR 34000 cursor \"c\" does not exist");
}

TEST_F(CursorTest, BinaryCursorsShowBinaryToSimpleQueries) {
    declare("declare c binary insensitive cursor for select a from t");
    const Messages messages = client.query("fetch c");
    EXPECT_EQ(messages[0], "Columns a:23b");
    EXPECT_EQ(messages[1], "Row " + std::string("\0\0\0\1", 4));
}

TEST_F(CursorTest, NeedsATransactionBlock) {
    EXPECT_EQ(first("declare c cursor for select a from t"),
              "ERROR 25P01 DECLARE CURSOR can only be used in transaction blocks");
    EXPECT_EQ(client.query("declare c cursor for select a from t; fetch 1 from c"),
              (Messages{"Done DECLARE CURSOR", "Columns a:23", "Row 1", "Done FETCH 1", "Ready I"}));
    EXPECT_EQ(first("fetch c"), "ERROR 34000 cursor \"c\" does not exist");
}

TEST_F(CursorTest, RefusalsNameTheLimit) {
    const auto refused = [&](std::string_view sql) {
        client.query("rollback");
        declare();
        return first(sql);
    };
    for (const char* sql : {"fetch prior from c", "fetch backward 2 c", "fetch backward all in c", "fetch last from c",
                            "fetch absolute 0 from c", "fetch relative -1 from c", "fetch 0 from c", "fetch -1 from c",
                            "move forward -2 from c", "fetch prior c"}) {
        EXPECT_EQ(refused(sql), "ERROR 55000 cursor can only scan forward") << sql;
    }
    EXPECT_EQ(refused("declare c cursor for select b from u"), "ERROR 42P03 cursor \"c\" already exists");
    EXPECT_EQ(refused("close d"), "ERROR 34000 cursor \"d\" does not exist");
    EXPECT_EQ(refused("declare \"\" cursor for select 1"), "ERROR 34000 invalid cursor name: must not be empty");
    EXPECT_EQ(refused("declare d cursor for insert into t values (1)"),
              "ERROR 42601 a cursor is for SELECT and VALUES only");
    for (const char* sql : {"fetch", "fetch all", "fetch 1 from", "fetch 1 2 c", "fetch 99999999999999999999 c",
                            "close", "close c d", "declare d", "declare d cursor", "declare d cursor for",
                            "declare d no cursor", "declare d cursor with for select 1", "fetch 1.5 from c"}) {
        EXPECT_EQ(refused(sql).substr(0, 11), "ERROR 42601") << sql;
    }
}

TEST_F(CursorTest, ForwardCursorsGoToRowsAhead) {
    declare();
    EXPECT_EQ(client.query("fetch absolute 2 from c")[1], "Row 2");
    EXPECT_EQ(client.query("fetch relative 2 from c")[1], "Row 4");
    EXPECT_EQ(client.query("fetch absolute 9 from c"), (Messages{"Columns a:23", "Done FETCH 0", "Ready T"}));
}

TEST_F(CursorTest, ScrollsBothWays) {
    declare("declare c scroll cursor for select a from t");
    const auto fetched = [&](const std::string& direction) {
        std::string rows;
        for (const std::string& message : client.query("fetch " + direction + " from c")) {
            if (message.starts_with("Row ")) rows += message.substr(4);
        }
        return rows;
    };
    EXPECT_EQ(fetched("2"), "12");
    EXPECT_EQ(fetched("prior"), "1");
    EXPECT_EQ(fetched("prior"), "");
    EXPECT_EQ(fetched("next"), "1") << "behind the end before the first row";
    EXPECT_EQ(fetched("last"), "5");
    EXPECT_EQ(fetched("backward 2"), "43");
    EXPECT_EQ(fetched("0"), "3");
    EXPECT_EQ(fetched("relative -1"), "2");
    EXPECT_EQ(fetched("absolute -2"), "4");
    EXPECT_EQ(fetched("all"), "5");
    EXPECT_EQ(fetched("backward all"), "54321");
    EXPECT_EQ(fetched("forward -1"), "");
    EXPECT_EQ(client.query("move absolute 3 in c").front(), "Done MOVE 1");
    EXPECT_EQ(fetched("-1"), "2");
}

TEST_F(CursorTest, WithHoldLivesOnBehindItsTransaction) {
    declare("declare c cursor with hold for select a from t");
    EXPECT_EQ(client.query("fetch 2 from c")[1], "Row 1");
    EXPECT_EQ(client.query("commit").front(), "Done COMMIT");
    EXPECT_EQ(client.query("fetch 2 from c")[1], "Row 3");
    client.query("insert bad");
    EXPECT_EQ(client.query("fetch 2 from c")[1], "Row 5") << "errors of later statements do not touch it";
    EXPECT_EQ(first("close c"), "Done CLOSE CURSOR");
    EXPECT_EQ(first("fetch c").substr(0, 11), "ERROR 34000");
}

TEST_F(CursorTest, WithHoldIsMadeOutsideOfBlocksAndLostWithItsOwn) {
    EXPECT_EQ(first("declare c scroll cursor with hold for select a from t"), "Done DECLARE CURSOR");
    EXPECT_EQ(client.query("fetch last from c")[1], "Row 5");
    EXPECT_EQ(client.query("fetch first from c")[1], "Row 1");
    declare("declare d cursor with hold for select a from t");
    client.query("rollback");
    EXPECT_EQ(first("fetch d"), "ERROR 34000 cursor \"d\" does not exist");
    EXPECT_EQ(client.query("fetch next from c")[1], "Row 2");
}

TEST_F(CursorTest, IsAlsoReachedByThePortalMessages) {
    declare("declare \"My c\" cursor for select a from t");
    client.add(pg::Describe{pg::Target::kPortal, "My c"}).add(pg::Execute{"My c", 2}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Columns a:23", "Row 1", "Row 2", "Suspended", "Ready T"}));
    EXPECT_EQ(client.query("fetch from \"My c\"")[1], "Row 3");
    client.add(pg::Close{pg::Target::kPortal, "My c"}).add(pg::Sync{}).exchange();
    EXPECT_EQ(first("fetch from \"My c\""), "ERROR 34000 cursor \"My c\" does not exist");
}

TEST_F(CursorTest, PortalsOfBindAreReadByFetch) {
    client.query("begin");
    pg::Bind bind;
    bind.portal = "p";
    client.add(pg::Parse{"", "select a from t", {}}).add(bind).add(pg::Sync{}).exchange();
    EXPECT_EQ(client.query("fetch 2 from p"), (Messages{"Columns a:23", "Row 1", "Row 2", "Done FETCH 2", "Ready T"}));
}

TEST_F(CursorTest, WorksInTheExtendedProtocolWithParameters) {
    client.query("begin");
    pg::Bind bind;
    bind.parameters = {as_bytes(std::string_view("5"))};
    client.add(pg::Parse{"", "declare c cursor for select $1", {}}).add(pg::Describe{pg::Target::kStatement, ""});
    client.add(bind).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Parsed", "Parameters 23", "NoData", "Bound", "Done DECLARE CURSOR", "Ready T"}));
    ASSERT_EQ(stage.bound.back().size(), 1U);
    client.add(pg::Parse{"f", "fetch 3 from c", {}}).add(pg::Bind{"", "f", {}, {}, {pg::Format::kBinary}});
    client.add(pg::Describe{pg::Target::kPortal, ""}).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Bound", "Columns x:23b", "Row " + std::string("\0\0\0\x09", 4),
                                           "Done FETCH 1", "Ready T"}));
}

TEST_F(CursorTest, FetchMayBeExecutedInParts) {
    declare();
    client.add(pg::Parse{"", "fetch 4 from c", {}}).add(pg::Bind{}).add(pg::Execute{"", 3}).add(pg::Execute{"", 3});
    EXPECT_EQ(client.add(pg::Sync{}).exchange(), (Messages{"Parsed", "Bound", "Row 1", "Row 2", "Row 3", "Suspended",
                                                           "Row 4", "Done FETCH 4", "Ready T"}));
}

TEST_F(CursorTest, BoundFetchOfAnotherCursorThanThenIsRefused) {
    stage.scripts["select a, b from w"] = {.columns = {"a", "b"}, .rows = {{1, 2}}};
    declare();
    client.add(pg::Parse{"f", "fetch 4 from c", {}}).add(pg::Bind{"p", "f", {}, {}, {}}).add(pg::Sync{}).exchange();
    client.query("close c");
    client.query("declare c cursor for select a, b from w");
    client.add(pg::Execute{"p", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange().front(), "ERROR 0A000 cached plan must not change result type");
    client.query("rollback");
    declare("declare c cursor for select a, b from w");
    client.add(pg::Bind{"", "f", {}, {}, {}}).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Bound", "Row 1|2", "Done FETCH 1", "Ready T"}));
}

TEST_F(CursorTest, LateErrorsFailTheBlockAndEndTheCursor) {
    declare("declare c cursor for select late");
    EXPECT_EQ(client.query("fetch c"), (Messages{"Columns a:23", "Row 1", "Done FETCH 1", "Ready T"}));
    EXPECT_EQ(client.query("fetch c"), (Messages{"Columns a:23", "ERROR 22012 division by zero", "Ready E"}));
    EXPECT_EQ(first("fetch c").substr(0, 11), "ERROR 25P02");
}

TEST_F(CursorTest, PositionsOfErrorsCountFromDeclare) {
    client.query("begin");
    client.add(pg::Query{"declare \"č\" cursor for select broken"}).send();
    client.session().run();
    const auto bytes = client.take_bytes();
    EXPECT_NE(std::string(bytes.begin(), bytes.end()).find(std::string("P31\0", 4)), std::string::npos);
}

}  // namespace
}  // namespace smew::pgsession::testing
