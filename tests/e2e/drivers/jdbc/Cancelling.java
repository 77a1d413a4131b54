import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/** A statement that would run for hours is ended by cancel, by the driver's timeout, by the server's. */
final class Cancelling {
    private static final String LONG = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11";

    private Cancelling() {}

    static void cases() {
        Tap.test("cancels", Cancelling::cancels);
        Tap.test("the driver's query timeout", () -> {
            try (Connection connection = Server.connect(); Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                Tap.equal("57014", Tap.state(() -> statement.executeQuery(LONG)));
                statement.setQueryTimeout(0);
                Tap.equal(1, Server.value(connection, "SELECT 1"));
            }
        });
        Tap.test("statement_timeout", () -> {
            try (Connection connection = Server.connect("options", "-c statement_timeout=200")) {
                Tap.equal("57014", Tap.state(() -> Server.run(connection, LONG)));
                Server.run(connection, "SET statement_timeout = 0");
                // smew has a longest time of its own, to which 0 falls back.
                Tap.holds(!"200ms".equals(Server.value(connection, "SHOW statement_timeout")), "the timeout stays");
            }
        });
    }

    private static void cancels() throws Exception {
        try (Connection connection = Server.connect(); Statement statement = connection.createStatement()) {
            CompletableFuture<String> ended = CompletableFuture.supplyAsync(() -> {
                try {
                    return Tap.state(() -> statement.executeQuery(LONG));
                } catch (Exception failure) {
                    return failure.toString();
                }
            });
            // A cancel that reaches the server before the statement does nothing, and a Statement sends only one.
            statement.cancel();
            while (!ended.isDone()) {
                connection.unwrap(PGConnection.class).cancelQuery();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            Tap.equal("57014", ended.get());
            Tap.equal(1, Server.value(connection, "SELECT 1"));
        }
    }
}
