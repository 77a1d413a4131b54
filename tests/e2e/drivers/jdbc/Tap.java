import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.io.PrintStream;
import java.util.Objects;

/** Runs cases and reports each as a line of the Test Anything Protocol. */
final class Tap {
    interface Case {
        void run() throws Exception;
    }

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static int count = 0;

    private Tap() {}

    static void test(String name, Case body) {
        count++;
        try {
            body.run();
            OUT.println("ok " + count + " - " + name);
        } catch (Exception | AssertionError failure) {
            OUT.println("not ok " + count + " - " + name);
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            trace.toString().lines().limit(12).forEach(line -> OUT.println("# " + line));
        }
    }

    static void plan() {
        OUT.println("1.." + count);
    }

    static void equal(Object expected, Object actual) {
        if (!Objects.deepEquals(expected, actual)) {
            throw new AssertionError("expected <" + show(expected) + ">, got <" + show(actual) + ">");
        }
    }

    static void holds(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** The SQLSTATE that the work fails with. */
    static String state(Case work) throws Exception {
        try {
            work.run();
        } catch (java.sql.SQLException failure) {
            return failure.getSQLState();
        }
        throw new AssertionError("succeeded, though it should have failed");
    }

    private static String show(Object value) {
        if (value instanceof byte[] bytes) {
            return java.util.HexFormat.of().formatHex(bytes);
        }
        String text = value instanceof Object[] array ? java.util.Arrays.deepToString(array) : String.valueOf(value);
        return value == null ? text : text + " (" + value.getClass().getSimpleName() + ")";
    }
}
