import java.sql.Connection;
import java.sql.DatabaseMetaData;

/** Plain and TLS, right and wrong credentials, session settings given at the start. */
final class Connecting {
    private Connecting() {}

    static void cases() {
        for (String mode : new String[] {"disable", "require", "prefer"}) {
            Tap.test("connects with sslmode=" + mode, () -> {
                try (Connection connection = Server.connect("sslmode", mode)) {
                    Tap.equal(1, Server.value(connection, "SELECT 1"));
                    Tap.holds(connection.isValid(5), "the connection is not valid");
                }
            });
            Tap.test("refuses a wrong password with sslmode=" + mode,
                     () -> Tap.equal("28P01", Tap.state(() -> Server.connect("sslmode", mode, "password", "wrong"))));
        }
        Tap.test("binds the channel", () -> Server.connect("sslmode", "require", "channelBinding", "require").close());
        Tap.test("refuses an unknown database", () -> Tap.equal("3D000", Tap.state(() -> Server.connect("database", "nowhere"))));
        Tap.test("takes settings in options", () -> {
            try (Connection connection = Server.connect("options", "-c statement_timeout=54321 -c extra_float_digits=1")) {
                Tap.equal("54321ms", Server.value(connection, "SHOW statement_timeout"));
            }
        });
        Tap.test("takes and changes the application's name", () -> {
            try (Connection connection = Server.connect("ApplicationName", "jdbc cases")) {
                Tap.equal("jdbc cases", Server.value(connection, "SHOW application_name"));
                connection.setClientInfo("ApplicationName", "renamed");
                Tap.equal("renamed", connection.getClientInfo("ApplicationName"));
                Tap.equal("renamed", Server.value(connection, "SHOW application_name"));
            }
        });
        Tap.test("names the server", () -> {
            try (Connection connection = Server.connect()) {
                DatabaseMetaData about = connection.getMetaData();
                Tap.equal("PostgreSQL", about.getDatabaseProductName());
                Tap.holds(about.getDatabaseMajorVersion() >= 14, "version " + about.getDatabaseProductVersion());
                Tap.equal(System.getenv("PGUSER"), about.getUserName());
                Tap.equal(System.getenv("PGDATABASE"), connection.getCatalog());
                Tap.equal("public", connection.getSchema());
            }
        });
    }
}
