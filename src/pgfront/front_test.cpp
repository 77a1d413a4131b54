#include "pgfront/front_fixture.hpp"

#include <sys/socket.h>

namespace smew::pgfront {
namespace {

using namespace std::string_literals;

// What a worker would write into the client's socket.
void say(const UniqueFd& socket, std::string_view text) {
    ASSERT_EQ(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

TEST_F(FrontTest, TheRightPasswordHandsTheSocketOver) {
    Peer peer = connect();
    peer.send(startup({{"user", workspace_.username}, {"application_name", "psql"}}));
    const auto final = prove(peer, password_);
    ASSERT_EQ(final.first, 'R');
    EXPECT_EQ(final.second[3], 12) << "AuthenticationSASLFinal";
    auto adopted = fleet_.next_adopted();
    EXPECT_EQ(adopted.workspace, workspace_.id);
    EXPECT_EQ(adopted.session.user, workspace_.username);
    EXPECT_EQ(adopted.session.database, "workspace_abc12345");
    EXPECT_EQ(adopted.session.client_address, "127.0.0.1");
    EXPECT_NE(adopted.session.client_port, 0);
    EXPECT_FALSE(adopted.session.tls);
    EXPECT_EQ(adopted.session.session.value().size(), 5 + 16U);
    EXPECT_EQ(adopted.session.backend_pid, 77);
    EXPECT_EQ(adopted.session.cancel_key, "kkkk");
    EXPECT_EQ(adopted.session.parameters[1].second, "psql");
    say(adopted.socket, "Z\0\0\0\5I"s);
    EXPECT_EQ(peer.frame().first, 'Z');
}

TEST_F(FrontTest, ASessionCountsUntilTheFleetReportsItsEnd) {
    Peer peer = connect();
    peer.send(startup());
    ASSERT_EQ(prove(peer, password_).first, 'R');
    auto adopted = fleet_.next_adopted();
    EXPECT_EQ(metric("pgwire_connections_active"), "1");
    EXPECT_EQ(fleet_.admitted(), 1);
    adopted.ended({});
    adopted.ended = nullptr;
    adopted.admission.reset();
    EXPECT_TRUE(eventually([&] { return metric("pgwire_connections_active") == "0"; }));
    EXPECT_TRUE(eventually([&] { return metric("pgwire_connections_total{status=\"success\"}") == "1"; }));
    EXPECT_EQ(metric("pgwire_auth_duration_seconds_count"), "1");
}

TEST_F(FrontTest, BytesSentWithTheProofReachTheWorker) {
    Peer peer = connect();
    peer.send(startup());
    ASSERT_EQ(prove(peer, password_, {}, "Q\0\0\0\6;\0"s).first, 'R');
    auto adopted = fleet_.next_adopted();
    std::string seen = adopted.session.read_ahead;
    while (seen.size() < 7) {
        char byte = 0;
        ASSERT_EQ(::recv(adopted.socket.get(), &byte, 1, 0), 1);
        seen += byte;
    }
    EXPECT_EQ(seen, "Q\0\0\0\6;\0"s);
}

TEST_F(FrontTest, AColdWorkspaceIsOpenedAsideFromTheConnections) {
    fleet_.is_warm = false;
    Peer peer = connect();
    peer.send(startup());
    ASSERT_EQ(prove(peer, password_).first, 'R');
    EXPECT_EQ(fleet_.next_adopted().workspace, workspace_.id);
}

TEST_F(FrontTest, WhenTheWorkspaceCannotBeOpenedTheClientIsTold) {
    fleet_.adopt_error = Error{sqlstate::kCannotConnectNow, "not now"};
    for (const bool warm : {true, false}) {
        fleet_.is_warm = warm;
        EXPECT_EQ(log_in(), "57P03");
    }
    EXPECT_TRUE(eventually([&] { return metric("pgwire_connections_active") == "0"; }));
    EXPECT_EQ(fleet_.admitted(), 0);
}

TEST_F(FrontTest, AWrongPasswordIsRefused) {
    Peer peer = connect();
    peer.send(startup());
    const auto answer = prove(peer, Secret("wrong"));
    ASSERT_EQ(answer.first, 'E');
    EXPECT_EQ(error_of(answer.second).code.text(), "28P01");
    EXPECT_EQ(error_of(answer.second).message, "password authentication failed for user \"ws_abc12345_x\"");
    EXPECT_TRUE(peer.ended());
    EXPECT_EQ(metric("pgwire_connections_total{status=\"auth_failed\"}"), "1");
    EXPECT_EQ(fleet_.adopted_count(), 0U);
}

// Every message's type and length, up to the end.
std::vector<std::pair<char, std::size_t>> shape_of_failed_login(Peer peer, const Bytes8& startup_packet) {
    std::vector<std::pair<char, std::size_t>> shape;
    const auto note = [&] {
        auto frame = peer.frame();
        shape.emplace_back(frame.first, frame.second.size());
        return frame;
    };
    peer.send(startup_packet);
    note();
    auth::ScramClient scram(Secret("wrong"));
    Bytes8 out;
    const std::string first = scram.first();
    pgproto::write_sasl_initial_response(out, {.mechanism = scram.mechanism(), .data = as_bytes(first)});
    peer.send(out);
    const auto challenge = note();
    out.clear();
    pgproto::write_sasl_response(out, as_bytes(*scram.final(as_text(ByteSpan(challenge.second).subspan(4)))));
    peer.send(out);
    note();
    note();
    return shape;
}

TEST_F(FrontTest, AnUnknownUserLooksLikeAWrongPassword) {
    const auto known = shape_of_failed_login(connect(), startup());
    const auto unknown = shape_of_failed_login(connect(), startup({{"user", "ws_abc12345_y"}}));
    EXPECT_EQ(known, unknown);
    EXPECT_EQ(known.back().first, 0);
    EXPECT_EQ(log_in(startup({{"user", "nobody"}}), password_), "28P01");
}

TEST_F(FrontTest, NothingIsToldBeforeTheRightPassword) {
    workspace_.expires_at = clock_.now() - std::chrono::hours(1);
    fleet_.admit_error = Error{sqlstate::kTooManyConnections, "full"};
    const auto packet = startup({{"user", workspace_.username}, {"database", "other"}});
    EXPECT_EQ(log_in(packet, Secret("wrong")), "28P01");
    EXPECT_EQ(log_in(packet, password_), "3D000");
}

TEST_F(FrontTest, AnExpiredWorkspaceSaysSo) {
    workspace_.expires_at = clock_.now() - std::chrono::hours(1);
    Peer peer = connect();
    peer.send(startup());
    ASSERT_EQ(prove(peer, password_).first, 'R');
    const Error error = error_of(peer.frame().second);
    EXPECT_EQ(error.code.text(), "28000");
    EXPECT_EQ(error.message, "workspace \"analysis\" has expired");
    EXPECT_FALSE(error.hint.empty());
    EXPECT_TRUE(peer.ended());
    EXPECT_EQ(metric("pgwire_connections_total{status=\"expired\"}"), "1");
}

TEST_F(FrontTest, OnlyTheWorkspacesDatabaseExists) {
    const auto with_database = [&](std::string_view name) {
        return log_in(startup({{"user", workspace_.username}, {"database", name}}), password_);
    };
    EXPECT_EQ(with_database("postgres"), "3D000");
    EXPECT_EQ(with_database("workspace_abc1234"), "3D000");
    EXPECT_EQ(fleet_.adopted_count(), 0U);
    for (const std::string& name : {workspace_.database(), workspace_.username, ""s}) {
        Peer peer = connect();
        peer.send(startup({{"user", workspace_.username}, {"database", name}}));
        ASSERT_EQ(prove(peer, password_).first, 'R');
        EXPECT_EQ(fleet_.next_adopted().session.database, workspace_.database()) << name;
    }
}

TEST_F(FrontTest, TooManyConnections) {
    fleet_.admit_error = Error{sqlstate::kTooManyConnections, "too many connections to this workspace"};
    EXPECT_EQ(log_in(), "53300");
    EXPECT_EQ(metric("pgwire_connections_total{status=\"limit_reached\"}"), "1");
}

TEST_F(FrontTest, TooManyConnectionsFromOneAddress) {
    settings_.pgwire_max_connections_per_address = 1;
    Peer first = connect();
    first.send(startup());
    ASSERT_EQ(first.frame().first, 'R');
    {
        Peer second = connect();
        EXPECT_EQ(error_of(second.frame().second).code.text(), "53300");
        EXPECT_TRUE(second.ended());
    }
    first.close();
    EXPECT_TRUE(eventually([&] {
        Peer third = connect();
        third.send(startup());
        return third.frame().first == 'R';
    })) << "the place is given back";
}

TEST_F(FrontTest, ThePlaceOfAnAddressIsKeptForTheWholeSession) {
    settings_.pgwire_max_connections_per_address = 1;
    Peer first = connect();
    first.send(startup());
    ASSERT_EQ(prove(first, password_).first, 'R');
    auto adopted = fleet_.next_adopted();
    EXPECT_EQ(error_of(connect().frame().second).code.text(), "53300");
    adopted.ended = nullptr;
    EXPECT_TRUE(eventually([&] {
        Peer third = connect();
        third.send(startup());
        return third.frame().first == 'R';
    }));
}

TEST_F(FrontTest, AfterManyFailuresEvenTheRightPasswordIsRefused) {
    settings_.auth_failure_limit = 2;
    EXPECT_EQ(log_in(startup(), Secret("wrong")), "28P01");
    EXPECT_EQ(log_in(startup(), Secret("wrong")), "28P01");
    Peer peer = connect();
    peer.send(startup());
    const Error error = error_of(peer.frame().second);
    EXPECT_EQ(error.code.text(), "28000");
    EXPECT_EQ(error.message, "too many failed login attempts");
    EXPECT_EQ(log_in(startup({{"user", "somebody else"}}), password_), "28P01") << "others are let try";
}

TEST_F(FrontTest, AGuessMadeBesideOthersIsNoExtraGuess) {
    settings_.auth_failure_limit = 1;
    Peer early = connect();
    early.send(startup());
    EXPECT_EQ(log_in(startup(), Secret("wrong")), "28P01");
    EXPECT_EQ(outcome(prove(early, password_), early), "28000") << "began before the ban";
}

TEST_F(FrontTest, ABrokenStoreIsAnInternalError) {
    Peer peer = connect();
    peer.send(startup({{"user", "broken"}}));
    EXPECT_EQ(error_of(peer.frame().second).code.text(), "XX000");
    EXPECT_TRUE(peer.ended());
}

TEST_F(FrontTest, AnUnreadableVerifierLetsNobodyIn) {
    workspace_.verifier = "damaged";
    EXPECT_EQ(log_in(), "28P01");
}

TEST_F(FrontTest, MessagesThatDoNotBelongToALoginAreRefused) {
    for (const std::string& wrong : {"Q\0\0\0\6;\0"s, "p\0\0\0\4"s, "p\0\0\0\3"s, "p\0\0\xff\xff"s,
                                     "p\xff\xff\xff\xff"s, "p\0\0\0\x17SCRAM-SHA-1\0\0\0\0\3n,,"s}) {
        Peer peer = connect();
        peer.send(startup());
        ASSERT_EQ(peer.frame().first, 'R');
        peer.send(wrong);
        const auto answer = peer.frame();
        ASSERT_EQ(answer.first, 'E') << testing::PrintToString(wrong);
        EXPECT_EQ(error_of(answer.second).code.text(), "08P01") << testing::PrintToString(wrong);
        EXPECT_TRUE(peer.ended());
    }
}

TEST_F(FrontTest, AClientThatStopsAnywhereLeavesNothingBehind) {
    auth::ScramClient scram(password_);
    Bytes8 out = startup();
    const std::string first = scram.first();
    pgproto::write_sasl_initial_response(out, {.mechanism = scram.mechanism(), .data = as_bytes(first)});
    pgproto::write_sasl_response(out, as_bytes("c=biws,r=x,p=AAAA"));
    const std::string transcript(as_text(out));
    for (std::size_t length = 0; length < transcript.size(); ++length) {
        Peer peer = connect();
        peer.send(transcript.substr(0, length));
        peer.half_close();
        const std::string answer = peer.rest();
        EXPECT_EQ(answer.find("FATAL"), std::string::npos) << length << ": " << answer;
    }
    EXPECT_EQ(log_in(startup(), Secret("wrong")), "28P01") << "and it still serves";
}

TEST_F(FrontTest, ASilentClientIsClosedAtTheDeadline) {
    settings_.pgwire_login_timeout_seconds = std::chrono::seconds(1);
    Peer silent = connect();
    Peer half_way = connect();
    half_way.send(startup());
    EXPECT_EQ(half_way.frame().first, 'R');
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(half_way.rest(), "");
}

TEST_F(FrontTest, StoppingTellsLoginsUnderWay) {
    Peer peer = connect();
    peer.send(startup());
    ASSERT_EQ(peer.frame().first, 'R');
    front().stop_accepting();
    EXPECT_EQ(error_of(peer.frame().second).code.text(), "57P01");
    EXPECT_TRUE(peer.ended());
    front().stop();
    EXPECT_ANY_THROW(Peer(front().address()));
}

}  // namespace
}  // namespace smew::pgfront
