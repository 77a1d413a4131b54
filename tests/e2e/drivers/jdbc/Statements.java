import static java.sql.ResultSet.CONCUR_READ_ONLY;
import static java.sql.ResultSet.TYPE_SCROLL_INSENSITIVE;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.postgresql.util.PSQLException;

/** Prepared statements, batches, RETURNING, fetch size, errors. */
final class Statements {
    private Statements() {}

    static void cases() {
        Tap.test("a prepared statement runs many times", Statements::runsPreparedManyTimes);
        Tap.test("a parameter takes its type from where it stands", Statements::infersParameters);
        Tap.test("parameters describe themselves", Statements::describesParameters);
        Tap.test("a batch counts its rows", () -> runsBatch());
        Tap.test("a batch rewritten into one INSERT", () -> runsBatch("reWriteBatchedInserts", "true"));
        Tap.test("a failing batch names the statement and undoes the rest", Statements::failsInBatch);
        Tap.test("INSERT, UPDATE and DELETE count rows", Statements::countsRows);
        Tap.test("RETURNING", Statements::returnsKeys);
        Tap.test("several statements in one", Statements::runsSeveral);
        Tap.test("fetches in portions", Statements::fetchesInPortions);
        Tap.test("stops at the largest number of rows", Statements::stopsAtMaxRows);
        Tap.test("scrolls", Statements::scrolls);
        Tap.test("errors have SQLSTATE and position", Statements::reportsErrors);
    }

    private static void runsPreparedManyTimes() throws Exception {
        try (Connection connection = Server.connect();
             PreparedStatement statement = connection.prepareStatement("SELECT ?::int + 1, ?::text || '!'")) {
            for (int i = 0; i < 20; i++) {
                statement.setInt(1, i);
                statement.setString(2, "it's " + i);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    Tap.equal(i + 1, rows.getInt(1));
                    Tap.equal("it's " + i + "!", rows.getString(2));
                }
            }
        }
    }

    private static void infersParameters() throws Exception {
        try (Connection connection = Server.connect();
             PreparedStatement sum = connection.prepareStatement("SELECT ? + 10");
             PreparedStatement filter = connection.prepareStatement("SELECT count(*) FROM in_c_sales.orders WHERE id <= ? LIMIT ?")) {
            sum.setInt(1, 5);
            try (ResultSet rows = sum.executeQuery()) {
                rows.next();
                Tap.equal(15, rows.getInt(1));
            }
            filter.setLong(1, 7);
            filter.setInt(2, 1);
            try (ResultSet rows = filter.executeQuery()) {
                rows.next();
                Tap.equal(7L, rows.getLong(1));
            }
        }
    }

    private static void describesParameters() throws Exception {
        try (Connection connection = Server.connect();
             PreparedStatement statement = connection.prepareStatement("SELECT ?::date, ?::numeric")) {
            Tap.equal(2, statement.getParameterMetaData().getParameterCount());
            Tap.equal("date", statement.getParameterMetaData().getParameterTypeName(1));
            Tap.equal("numeric", statement.getParameterMetaData().getParameterTypeName(2));
        }
    }

    private static void runsBatch(String... properties) throws Exception {
        try (Connection connection = Server.connect(properties)) {
            Server.run(connection, "DROP TABLE IF EXISTS jdbc_batch", "CREATE TABLE jdbc_batch (a int, b text)");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO jdbc_batch VALUES (?, ?)")) {
                for (int i = 0; i < 500; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, i % 7 == 0 ? null : "row " + i);
                    insert.addBatch();
                }
                int[] counts = insert.executeBatch();
                Tap.equal(500, counts.length);
                Tap.holds(IntStream.of(counts).allMatch(n -> n == 1 || n == Statement.SUCCESS_NO_INFO), "counts differ from 1");
            }
            Tap.equal(500L, Server.value(connection, "SELECT count(*) FROM jdbc_batch"));
            Tap.equal(428L, Server.value(connection, "SELECT count(b) FROM jdbc_batch"));
        }
    }

    private static void failsInBatch() throws Exception {
        try (Connection connection = Server.connect()) {
            Server.run(connection, "DROP TABLE IF EXISTS jdbc_keys", "CREATE TABLE jdbc_keys (id int PRIMARY KEY)");
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO jdbc_keys VALUES (?)")) {
                for (int id : new int[] {1, 2, 1, 3}) {
                    insert.setInt(1, id);
                    insert.addBatch();
                }
                insert.executeBatch();
                throw new AssertionError("a duplicate key was taken");
            } catch (BatchUpdateException failure) {
                Tap.equal("23505", failure.getSQLState());
            }
            connection.rollback();
            Tap.equal(0L, Server.value(connection, "SELECT count(*) FROM jdbc_keys"));
        }
    }

    private static void countsRows() throws Exception {
        try (Connection connection = Server.connect(); Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS jdbc_counted");
            Tap.equal(0, statement.executeUpdate("CREATE TABLE jdbc_counted (a int)"));
            Tap.equal(10, statement.executeUpdate("INSERT INTO jdbc_counted SELECT * FROM generate_series(1, 10)"));
            Tap.equal(5, statement.executeUpdate("UPDATE jdbc_counted SET a = -a WHERE a > 5"));
            Tap.equal(3, statement.executeUpdate("DELETE FROM jdbc_counted WHERE a IN (1, 2, 3)"));
        }
    }

    private static void returnsKeys() throws Exception {
        try (Connection connection = Server.connect()) {
            Server.run(connection, "DROP TABLE IF EXISTS jdbc_returned", "CREATE TABLE jdbc_returned (a int, b text)");
            String sql = "INSERT INTO jdbc_returned VALUES (1, 'one'), (2, 'two')";
            try (PreparedStatement insert = connection.prepareStatement(sql, new String[] {"a", "b"})) {
                Tap.equal(2, insert.executeUpdate());
                Tap.equal(List.of("1|one", "2|two"), Server.lines(insert.getGeneratedKeys(), "a", "b"));
            }
            try (PreparedStatement update = connection.prepareStatement("UPDATE jdbc_returned SET b = ? WHERE a = ? RETURNING a, b")) {
                update.setString(1, "zwei");
                update.setInt(2, 2);
                Tap.equal(List.of("2|zwei"), Server.lines(update.executeQuery(), "a", "b"));
            }
        }
    }

    private static void runsSeveral() throws Exception {
        try (Connection connection = Server.connect(); Statement statement = connection.createStatement()) {
            Tap.holds(statement.execute("SELECT 1 AS n; SELECT 2 AS n"), "no first result");
            Tap.equal(List.of("1"), Server.lines(statement.getResultSet(), "n"));
            Tap.holds(statement.getMoreResults(), "no second result");
            Tap.equal(List.of("2"), Server.lines(statement.getResultSet(), "n"));
            Tap.holds(!statement.getMoreResults() && statement.getUpdateCount() == -1, "a third result");
        }
    }

    private static void fetchesInPortions() throws Exception {
        try (Connection connection = Server.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false); // pgjdbc uses a portal with a fetch size within a transaction only
            statement.setFetchSize(97);
            long sum = 0;
            try (ResultSet rows = statement.executeQuery("SELECT i FROM generate_series(1, 10000) t(i)")) {
                while (rows.next()) {
                    sum += rows.getLong(1);
                }
            }
            Tap.equal(50_005_000L, sum);
            // A second portal while the first is still open.
            try (Statement other = connection.createStatement(); ResultSet rows = statement.executeQuery("SELECT id FROM in_c_sales.orders ORDER BY id")) {
                rows.next();
                other.setFetchSize(3);
                Tap.equal(10, Server.lines(other.executeQuery("SELECT i FROM generate_series(1, 10) t(i)"), "i").size());
                int seen = 1;
                while (rows.next()) {
                    Tap.equal(++seen, rows.getInt(1));
                }
                Tap.equal(1000, seen);
            }
            connection.commit();
        }
    }

    private static void stopsAtMaxRows() throws Exception {
        try (Connection connection = Server.connect(); Statement statement = connection.createStatement()) {
            statement.setMaxRows(5);
            Tap.equal(5, Server.lines(statement.executeQuery("SELECT i FROM generate_series(1, 100000) t(i)"), "i").size());
        }
    }

    private static void scrolls() throws Exception {
        try (Connection connection = Server.connect();
             Statement statement = connection.createStatement(TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY);
             ResultSet rows = statement.executeQuery("SELECT i FROM generate_series(1, 50) t(i) ORDER BY i")) {
            Tap.holds(rows.last(), "no last row");
            Tap.equal(50, rows.getInt(1));
            Tap.holds(rows.absolute(7) && rows.previous(), "cannot move back");
            Tap.equal(6, rows.getInt(1));
        }
    }

    private static void reportsErrors() throws Exception {
        try (Connection connection = Server.connect()) {
            Tap.equal("42601", Tap.state(() -> Server.run(connection, "SELEC 1")));
            Tap.equal("42P01", Tap.state(() -> Server.run(connection, "SELECT * FROM no_such_table")));
            Tap.equal("42703", Tap.state(() -> Server.run(connection, "SELECT no_such_column FROM in_c_sales.orders")));
            Tap.equal("22P02", Tap.state(() -> Server.run(connection, "SELECT 'x'::int")));
            Tap.equal("22012", Tap.state(() -> Server.run(connection, "SELECT 1 / 0")));
            try {
                Server.run(connection, "SELECT 1 FROM no_such_table");
            } catch (SQLException failure) {
                var error = ((PSQLException) failure).getServerErrorMessage();
                Tap.equal(15, error.getPosition());
                Tap.equal("ERROR", error.getSeverity());
            }
        }
    }
}
