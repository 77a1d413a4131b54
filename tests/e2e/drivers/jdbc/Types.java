import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.postgresql.util.PGInterval;

/** Every type there and back: literal to object, object as parameter; text and binary; NULL and extremes. */
final class Types {
    private record Value(String type, String literal, Class<?> read, Object expected) {}

    private static final List<Value> VALUES = List.of(
        new Value("boolean", "true", Boolean.class, true),
        new Value("boolean", "false", Boolean.class, false),
        new Value("smallint", "-32768", Integer.class, -32768),
        new Value("smallint", "32767", Integer.class, 32767),
        new Value("integer", "-2147483648", Integer.class, Integer.MIN_VALUE),
        new Value("integer", "2147483647", Integer.class, Integer.MAX_VALUE),
        new Value("bigint", "-9223372036854775808", Long.class, Long.MIN_VALUE),
        new Value("bigint", "9223372036854775807", Long.class, Long.MAX_VALUE),
        new Value("real", "1.5", Float.class, 1.5f),
        new Value("real", "3.4028235e38", Float.class, Float.MAX_VALUE),
        new Value("real", "NaN", Float.class, Float.NaN),
        new Value("real", "-Infinity", Float.class, Float.NEGATIVE_INFINITY),
        new Value("double precision", "0.1", Double.class, 0.1),
        new Value("double precision", "1.7976931348623157e308", Double.class, Double.MAX_VALUE),
        new Value("double precision", "-0.0", Double.class, -0.0),
        new Value("double precision", "Infinity", Double.class, Double.POSITIVE_INFINITY),
        new Value("numeric(10,2)", "-12345678.90", BigDecimal.class, new BigDecimal("-12345678.90")),
        new Value("numeric(38,0)", "9".repeat(38), BigDecimal.class, new BigDecimal("9".repeat(38))),
        new Value("numeric(38,38)", "0." + "0".repeat(37) + "1", BigDecimal.class, new BigDecimal("0." + "0".repeat(37) + "1")),
        new Value("numeric(6,4)", "0.0000", BigDecimal.class, new BigDecimal("0.0000")),
        new Value("text", "", String.class, ""),
        new Value("text", "Žluťoučký 🦆 \\ \"q\"", String.class, "Žluťoučký 🦆 \\ \"q\""),
        new Value("varchar", "x", String.class, "x"),
        new Value("bytea", "\\x00ff5c27", byte[].class, new byte[] {0, -1, 0x5c, 0x27}),
        new Value("bytea", "\\x", byte[].class, new byte[0]),
        new Value("date", "2024-02-29", LocalDate.class, LocalDate.of(2024, 2, 29)),
        new Value("date", "0001-01-01", LocalDate.class, LocalDate.of(1, 1, 1)),
        new Value("date", "9999-12-31", LocalDate.class, LocalDate.of(9999, 12, 31)),
        new Value("date", "infinity", LocalDate.class, LocalDate.MAX),
        new Value("date", "-infinity", LocalDate.class, LocalDate.MIN),
        new Value("time", "00:00:00", LocalTime.class, LocalTime.MIDNIGHT),
        new Value("time", "23:59:59.999999", LocalTime.class, LocalTime.of(23, 59, 59, 999_999_000)),
        new Value("timestamp", "2024-02-29 12:34:56.789012", LocalDateTime.class, LocalDateTime.of(2024, 2, 29, 12, 34, 56, 789_012_000)),
        new Value("timestamp", "1969-12-31 23:59:59.999999", LocalDateTime.class, LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000)),
        new Value("timestamp", "infinity", LocalDateTime.class, LocalDateTime.MAX),
        new Value("timestamptz", "2024-02-29 12:34:56+02", OffsetDateTime.class, OffsetDateTime.of(2024, 2, 29, 10, 34, 56, 0, ZoneOffset.UTC)),
        new Value("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", UUID.class, UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        new Value("uuid", "ffffffff-ffff-ffff-ffff-ffffffffffff", UUID.class, new UUID(-1, -1)),
        new Value("interval", "1 year 2 mons -3 days 04:05:06.789", PGInterval.class, new PGInterval(1, 2, -3, 4, 5, 6.789)));

    private Types() {}

    static void cases() {
        // -1: binary from the first execution on; simple: parameters written into the text of the query.
        roundTrips("text", "binaryTransfer", "false");
        roundTrips("binary", "prepareThreshold", "-1");
        roundTrips("simple protocol", "preferQueryMode", "simple");
        arrays("text", "binaryTransfer", "false");
        arrays("binary", "prepareThreshold", "-1");
        Tap.test("JSON is text of a type of its own", () -> {
            try (Connection connection = Server.connect()) {
                Object json = Server.value(connection, "SELECT '{\"a\": [1, null]}'::json");
                Tap.equal("org.postgresql.util.PGobject", json.getClass().getName());
                Tap.equal("{\"a\": [1, null]}", json.toString());
            }
        });
        Tap.test("result columns tell their types", Types::describesColumns);
    }

    private static void roundTrips(String how, String property, String setting) {
        for (Value value : VALUES) {
            String shown = value.literal.length() > 30 ? value.literal.substring(0, 30) + "…" : value.literal;
            Tap.test(how + ": " + value.type + " '" + shown + "'", () -> {
                try (Connection connection = Server.connect(property, setting)) {
                    String literal = value.literal.replace("'", "''");
                    readTwice(connection, "SELECT '" + literal + "'::" + value.type, null, value);
                    readTwice(connection, "SELECT ?::" + value.type, value.expected, value);
                }
            });
        }
        for (String type : VALUES.stream().map(Value::type).distinct().toList()) {
            Tap.test(how + ": " + type + " NULL", () -> {
                try (Connection connection = Server.connect(property, setting);
                     PreparedStatement statement = connection.prepareStatement("SELECT NULL::" + type + ", ?::" + type)) {
                    statement.setObject(1, null);
                    try (ResultSet rows = statement.executeQuery()) {
                        rows.next();
                        Tap.equal(null, rows.getObject(1));
                        Tap.equal(null, rows.getObject(2));
                        Tap.holds(rows.wasNull(), "NULL is not told");
                    }
                }
            });
        }
    }

    /** The first reading is from what Describe said, the second from a prepared statement that is known already. */
    private static void readTwice(Connection connection, String sql, Object parameter, Value value) throws Exception {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int execution = 0; execution < 2; execution++) {
                if (parameter != null) {
                    statement.setObject(1, parameter);
                }
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    Tap.equal(value.expected, value.read == byte[].class ? rows.getBytes(1) : rows.getObject(1, value.read));
                }
            }
        }
    }

    private static void arrays(String how, String property, String setting) {
        Tap.test(how + ": arrays", () -> {
            try (Connection connection = Server.connect(property, setting)) {
                readArray(connection, "SELECT ARRAY[1, NULL, -3]::integer[]", new Integer[] {1, null, -3});
                readArray(connection, "SELECT ARRAY['a', '', 'b\"c', NULL]::text[]", new String[] {"a", "", "b\"c", null});
                readArray(connection, "SELECT ARRAY[]::bigint[]", new Long[] {});
                readArray(connection, "SELECT ARRAY[[1, 2], [3, 4]]::integer[]", new Integer[][] {{1, 2}, {3, 4}});
                readArray(connection, "SELECT ARRAY[1.5, NULL]::double precision[]", new Double[] {1.5, null});
            }
        });
        Tap.test(how + ": an array as parameter", () -> {
            try (Connection connection = Server.connect(property, setting);
                 PreparedStatement statement = connection.prepareStatement("SELECT i FROM generate_series(1, 9) t(i) WHERE i = ANY(?) ORDER BY i")) {
                statement.setArray(1, connection.createArrayOf("int4", new Integer[] {2, 5, 77}));
                Tap.equal(List.of("2", "5"), Server.lines(statement.executeQuery(), "i"));
            }
        });
    }

    private static void readArray(Connection connection, String sql, Object[] expected) throws Exception {
        for (int execution = 0; execution < 2; execution++) {
            Tap.equal(expected, ((java.sql.Array) Server.value(connection, sql)).getArray());
        }
    }

    private static void describesColumns() throws Exception {
        String sql = "SELECT 1::smallint AS a, 'x'::text AS b, 1.25::numeric(7,3) AS c, now() AS d, ARRAY[1] AS e";
        try (Connection connection = Server.connect(); PreparedStatement statement = connection.prepareStatement(sql)) {
            var about = statement.getMetaData();
            StringBuilder seen = new StringBuilder();
            for (int column = 1; column <= about.getColumnCount(); column++) {
                seen.append(about.getColumnName(column)).append(' ').append(about.getColumnTypeName(column)).append(' ')
                    .append(about.getColumnClassName(column)).append("; ");
            }
            Tap.equal("a int2 java.lang.Integer; b text java.lang.String; c numeric java.math.BigDecimal; "
                      + "d timestamptz java.sql.Timestamp; e _int4 java.sql.Array; ", seen.toString());
            Tap.equal(7, about.getPrecision(3));
            Tap.equal(3, about.getScale(3));
        }
    }
}
