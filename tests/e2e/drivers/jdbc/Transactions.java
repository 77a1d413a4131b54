import java.sql.Connection;
import java.sql.Statement;

/** Commit, rollback, the failed transaction, isolation levels, read only, notifications. */
final class Transactions {
    private Transactions() {}

    static void cases() {
        Tap.test("commits and rolls back", Transactions::commitsAndRollsBack);
        Tap.test("an error fails the transaction until it is rolled back", Transactions::failsUntilRollback);
        Tap.test("takes every isolation level", Transactions::takesIsolationLevels);
        Tap.test("read only", Transactions::readsOnly);
        Tap.test("notifies", Transactions::notifies);
    }

    private static void commitsAndRollsBack() throws Exception {
        try (Connection one = Server.connect(); Connection other = Server.connect()) {
            Server.run(one, "DROP TABLE IF EXISTS jdbc_moved", "CREATE TABLE jdbc_moved (a int)");
            one.setAutoCommit(false);
            Server.run(one, "INSERT INTO jdbc_moved VALUES (1)");
            Tap.equal(0L, Server.value(other, "SELECT count(*) FROM jdbc_moved"));
            one.commit();
            Tap.equal(1L, Server.value(other, "SELECT count(*) FROM jdbc_moved"));
            Server.run(one, "INSERT INTO jdbc_moved VALUES (2)");
            one.rollback();
            Tap.equal(1L, Server.value(one, "SELECT count(*) FROM jdbc_moved"));
        }
    }

    private static void failsUntilRollback() throws Exception {
        try (Connection connection = Server.connect()) {
            connection.setAutoCommit(false);
            Tap.equal("42P01", Tap.state(() -> Server.run(connection, "SELECT * FROM no_such_table")));
            Tap.equal("25P02", Tap.state(() -> Server.run(connection, "SELECT 1")));
            connection.rollback();
            Tap.equal(1, Server.value(connection, "SELECT 1"));
        }
    }

    private static void takesIsolationLevels() throws Exception {
        try (Connection connection = Server.connect()) {
            for (int level : new int[] {Connection.TRANSACTION_READ_UNCOMMITTED, Connection.TRANSACTION_READ_COMMITTED,
                                        Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE}) {
                connection.setTransactionIsolation(level);
                Tap.equal(level, connection.getTransactionIsolation());
            }
        }
    }

    private static void readsOnly() throws Exception {
        try (Connection connection = Server.connect()) {
            Server.run(connection, "DROP TABLE IF EXISTS jdbc_read", "CREATE TABLE jdbc_read (a int)");
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            Tap.equal("25006", Tap.state(() -> Server.run(connection, "INSERT INTO jdbc_read VALUES (1)")));
            connection.rollback();
            connection.setReadOnly(false);
            Server.run(connection, "INSERT INTO jdbc_read VALUES (1)");
            connection.commit();
        }
    }

    private static void notifies() throws Exception {
        try (Connection listener = Server.connect(); Connection sender = Server.connect(); Statement statement = sender.createStatement()) {
            Server.run(listener, "LISTEN jdbc_channel");
            statement.execute("NOTIFY jdbc_channel, 'hello'");
            var received = listener.unwrap(org.postgresql.PGConnection.class).getNotifications(10_000);
            Tap.equal(1, received.length);
            Tap.equal("jdbc_channel", received[0].getName());
            Tap.equal("hello", received[0].getParameter());
        }
    }
}
