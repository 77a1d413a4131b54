import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** COPY through CopyManager: in and out, text, CSV and binary, errors. */
final class Copying {
    private Copying() {}

    private interface Work {
        void with(CopyManager copy, Connection connection) throws Exception;
    }

    static void cases() {
        test("copies text in and out", (copy, connection) -> {
            Tap.equal(3L, copy.copyIn("COPY jdbc_copied FROM STDIN", new StringReader("1\tone\n2\t\\N\n3\ttab\\there\n")));
            Tap.equal("1\tone\n2\t\\N\n3\ttab\\there\n", out(copy, "COPY (SELECT * FROM jdbc_copied ORDER BY a) TO STDOUT"));
        });
        test("copies CSV in and out", (copy, connection) -> {
            String csv = "a,b\n1,\"say \"\"hi\"\"\"\n2,\n3,\"\"\n4,\"two\nlines\"\n";
            Tap.equal(4L, copy.copyIn("COPY jdbc_copied FROM STDIN (FORMAT csv, HEADER)", new StringReader(csv)));
            Tap.equal(csv, out(copy, "COPY (SELECT a, b FROM jdbc_copied ORDER BY a) TO STDOUT (FORMAT csv, HEADER)"));
        });
        test("copies binary out and in", (copy, connection) -> {
            Server.run(connection, "INSERT INTO jdbc_copied VALUES (1, 'one'), (2, NULL)");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Tap.equal(2L, copy.copyOut("COPY jdbc_copied TO STDOUT (FORMAT binary)", bytes));
            Server.run(connection, "DELETE FROM jdbc_copied");
            Tap.equal(2L, copy.copyIn("COPY jdbc_copied FROM STDIN (FORMAT binary)", new ByteArrayInputStream(bytes.toByteArray())));
            Tap.equal(1L, Server.value(connection, "SELECT count(b) FROM jdbc_copied"));
        });
        test("a bad row fails the COPY and nothing more", (copy, connection) -> {
            Tap.equal("22P02", Tap.state(() -> copy.copyIn("COPY jdbc_copied FROM STDIN", new StringReader("1\tone\nx\ttwo\n"))));
            Tap.equal(0L, Server.value(connection, "SELECT count(*) FROM jdbc_copied"));
        });
        test("a COPY given up leaves nothing", (copy, connection) -> {
            var given = copy.copyIn("COPY jdbc_copied FROM STDIN");
            given.writeToCopy("1\tone\n".getBytes(StandardCharsets.UTF_8), 0, 6);
            given.cancelCopy();
            Tap.equal(0L, Server.value(connection, "SELECT count(*) FROM jdbc_copied"));
        });
    }

    private static void test(String name, Work work) {
        Tap.test(name, () -> {
            try (Connection connection = Server.connect()) {
                Server.run(connection, "DROP TABLE IF EXISTS jdbc_copied", "CREATE TABLE jdbc_copied (a int, b text)");
                work.with(connection.unwrap(PGConnection.class).getCopyAPI(), connection);
            }
        });
    }

    private static String out(CopyManager copy, String sql) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        copy.copyOut(sql, bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
