import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The server under test, named by libpq's environment variables. */
final class Server {
    private Server() {}

    /** Properties come in pairs: connect("sslmode", "require", "prepareThreshold", "-1"). */
    static Connection connect(String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", System.getenv("PGUSER"));
        all.setProperty("password", System.getenv("PGPASSWORD"));
        all.setProperty("sslmode", "disable");
        String database = System.getenv("PGDATABASE");
        for (int i = 0; i < properties.length; i += 2) {
            if (properties[i].equals("database")) {
                database = properties[i + 1];
            } else {
                all.setProperty(properties[i], properties[i + 1]);
            }
        }
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + database;
        return DriverManager.getConnection(url, all);
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** First column of the first row. */
    static Object value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getObject(1) : null;
        }
    }

    /** The named columns of every row, joined by "|"; closes the result. */
    static List<String> lines(ResultSet rows, String... columns) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                List<String> fields = new ArrayList<>();
                for (String column : columns) {
                    fields.add(rows.getString(column));
                }
                lines.add(String.join("|", fields));
            }
        }
        return lines;
    }
}
