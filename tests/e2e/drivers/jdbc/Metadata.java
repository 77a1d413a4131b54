import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** What DatabaseMetaData tells of the project's tables and of the user's own. */
final class Metadata {
    private Metadata() {}

    private interface Work {
        void with(DatabaseMetaData about) throws Exception;
    }

    static void cases() {
        try (Connection connection = Server.connect()) {
            Server.run(connection, "DROP VIEW IF EXISTS jdbc_view", "DROP TABLE IF EXISTS jdbc_child", "DROP TABLE IF EXISTS jdbc_parent",
                       "CREATE TABLE jdbc_parent (id int PRIMARY KEY, code varchar(10) NOT NULL UNIQUE)",
                       "CREATE TABLE jdbc_child (id bigint PRIMARY KEY, parent_id int REFERENCES jdbc_parent (id), price numeric(12,3) DEFAULT 1.5, created timestamptz)",
                       "CREATE INDEX jdbc_child_created ON jdbc_child (created)", "CREATE VIEW jdbc_view AS SELECT id, created FROM jdbc_child");
        } catch (SQLException failure) {
            Tap.test("makes the tables to describe", () -> { throw failure; });
        }
        relations();
        keys();
        catalogs();
        resultSets();
    }

    private static void test(String name, Work work) {
        Tap.test("metadata: " + name, () -> {
            try (Connection connection = Server.connect()) {
                work.with(connection.getMetaData());
            }
        });
    }

    private static void relations() {
        test("project tables", about -> Tap.equal(List.of("in_c_sales|customers|TABLE", "in_c_sales|orders|TABLE"),
            Server.lines(about.getTables(null, "in_c_sales", "%", new String[] {"TABLE"}), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE")));
        test("tables and views of one's own", about -> Tap.equal(List.of("jdbc_child|TABLE", "jdbc_parent|TABLE", "jdbc_view|VIEW"),
            named(Server.lines(about.getTables(null, "public", "jdbc\\_%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE"),
                  "jdbc_child", "jdbc_parent", "jdbc_view")));
        test("all tables, as a browser asks", about -> {
            List<String> all = Server.lines(about.getTables(null, null, "%", null), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE");
            Tap.holds(all.contains("in_c_sales|orders|TABLE"), "no in_c_sales.orders");
            Tap.holds(all.contains("public|jdbc_view|VIEW"), "no public.jdbc_view");
            Tap.holds(all.contains("pg_catalog|pg_class|SYSTEM TABLE"), "no pg_catalog.pg_class");
        });
        test("columns of a project table", about -> Tap.equal(
            List.of("id|int8|1", "customer_id|int8|2", "order_date|date|3", "status|text|4", "amount|float8|5", "note|text|6"),
            // DuckDB has one type for text and varchar.
            Server.lines(about.getColumns(null, "in_c_sales", "orders", "%"), "COLUMN_NAME", "TYPE_NAME", "ORDINAL_POSITION")
                .stream().map(line -> line.replace("varchar", "text")).toList()));
        test("columns of a table of one's own", about -> Tap.equal(
            List.of("id|int8|-5|19|0|NO", "parent_id|int4|4|10|0|YES", "price|numeric|2|12|3|YES", "created|timestamptz|93|35|6|YES"),
            Server.lines(about.getColumns(null, "public", "jdbc_child", "%"), "COLUMN_NAME", "TYPE_NAME", "DATA_TYPE", "COLUMN_SIZE", "DECIMAL_DIGITS", "IS_NULLABLE")));
        test("defaults of columns", about -> {
            List<String> defaults = Server.lines(about.getColumns(null, "public", "jdbc_child", "price"), "COLUMN_DEF");
            Tap.holds(defaults.size() == 1 && defaults.get(0).contains("1.5"), "default " + defaults);
        });
        test("privileges", about -> {
            Tap.holds(!Server.lines(about.getTablePrivileges(null, "public", "jdbc_parent"), "PRIVILEGE").isEmpty(), "no privilege on one's own table");
            Server.lines(about.getColumnPrivileges(null, "public", "jdbc_parent", "%"), "PRIVILEGE");
        });
    }

    private static void keys() {
        test("primary key", about -> Tap.equal(List.of("id|1"),
            Server.lines(about.getPrimaryKeys(null, "public", "jdbc_child"), "COLUMN_NAME", "KEY_SEQ")));
        test("a project table without a key", about -> Tap.equal(List.of(), Server.lines(about.getPrimaryKeys(null, "in_c_sales", "orders"), "COLUMN_NAME")));
        test("indexes", about -> {
            List<String> indexes = Server.lines(about.getIndexInfo(null, "public", "jdbc_child", false, false), "INDEX_NAME", "NON_UNIQUE", "COLUMN_NAME");
            Tap.holds(indexes.contains("jdbc_child_created|t|created"), "indexes " + indexes);
            Tap.holds(indexes.contains("jdbc_child_pkey|f|id"), "indexes " + indexes);
        });
        test("imported keys", about -> Tap.equal(List.of("jdbc_parent|id|jdbc_child|parent_id|1"),
            Server.lines(about.getImportedKeys(null, "public", "jdbc_child"), "PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_NAME", "FKCOLUMN_NAME", "KEY_SEQ")));
        test("exported keys", about -> Tap.equal(List.of("jdbc_child|parent_id"),
            Server.lines(about.getExportedKeys(null, "public", "jdbc_parent"), "FKTABLE_NAME", "FKCOLUMN_NAME")));
        test("keys between two tables", about -> Tap.equal(List.of("id|parent_id"),
            Server.lines(about.getCrossReference(null, "public", "jdbc_parent", null, "public", "jdbc_child"), "PKCOLUMN_NAME", "FKCOLUMN_NAME")));
        test("what identifies a row best", about -> Tap.equal(List.of("id"),
            Server.lines(about.getBestRowIdentifier(null, "public", "jdbc_parent", DatabaseMetaData.bestRowSession, false), "COLUMN_NAME")));
    }

    private static void catalogs() {
        test("schemas", about -> {
            List<String> schemas = Server.lines(about.getSchemas(), "TABLE_SCHEM");
            Tap.holds(schemas.containsAll(List.of("in_c_sales", "information_schema", "pg_catalog", "public")), "schemas " + schemas);
            Tap.equal(List.of("in_c_sales"), Server.lines(about.getSchemas(null, "in\\_c%"), "TABLE_SCHEM"));
        });
        test("catalogs", about -> Tap.holds(Server.lines(about.getCatalogs(), "TABLE_CAT").contains(System.getenv("PGDATABASE")), "the database is missing"));
        test("table types", about -> Tap.holds(Server.lines(about.getTableTypes(), "TABLE_TYPE").containsAll(List.of("TABLE", "VIEW")), "types are missing"));
        test("types", about -> {
            List<String> types = Server.lines(about.getTypeInfo(), "TYPE_NAME", "DATA_TYPE");
            Tap.holds(types.containsAll(List.of("int4|4", "int8|-5", "varchar|12", "timestamptz|93", "numeric|2")), "types " + types);
            Server.lines(about.getUDTs(null, null, "%", null), "TYPE_NAME");
        });
        test("functions and procedures", about -> {
            Tap.holds(Server.lines(about.getFunctions(null, "pg_catalog", "lower"), "FUNCTION_NAME").contains("lower"), "no lower()");
            Tap.holds(!Server.lines(about.getFunctionColumns(null, "pg_catalog", "lower", "%"), "COLUMN_NAME").isEmpty(), "lower() has no argument");
            Server.lines(about.getProcedures(null, null, "%"), "PROCEDURE_NAME");
            Server.lines(about.getProcedureColumns(null, "public", "%", "%"), "COLUMN_NAME");
        });
        test("words and functions of the dialect", about -> {
            Tap.holds(about.getSQLKeywords().toLowerCase().contains("returning"), "keywords " + about.getSQLKeywords());
            Tap.holds(about.getMaxConnections() >= 0 && about.getMaxColumnNameLength() >= 63, "lengths of names");
            Server.lines(about.getClientInfoProperties(), "NAME");
        });
    }

    /** Result sets know the table their columns come from, so that a grid can offer to edit them. */
    private static void resultSets() {
        test("origin of result columns", about -> {
            String sql = "SELECT id, price AS cost, id + 1 AS next FROM jdbc_child";
            try (PreparedStatement statement = about.getConnection().prepareStatement(sql); ResultSet rows = statement.executeQuery()) {
                var columns = (org.postgresql.PGResultSetMetaData) rows.getMetaData();
                Tap.equal("jdbc_child", columns.getBaseTableName(1));
                Tap.equal("price", columns.getBaseColumnName(2));
                Tap.equal("", columns.getBaseTableName(3));
                Tap.equal(java.sql.ResultSetMetaData.columnNoNulls, rows.getMetaData().isNullable(1));
            }
        });
        test("an updatable result set", about -> {
            Connection connection = about.getConnection();
            Server.run(connection, "INSERT INTO jdbc_parent VALUES (77, 'before')");
            try (var statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                 ResultSet rows = statement.executeQuery("SELECT id, code FROM jdbc_parent WHERE id = 77")) {
                rows.next();
                rows.updateString("code", "after");
                rows.updateRow();
            }
            Tap.equal("after", Server.value(connection, "SELECT code FROM jdbc_parent WHERE id = 77"));
        });
    }

    private static List<String> named(List<String> lines, String... tables) {
        return lines.stream().filter(line -> List.of(tables).contains(line.substring(0, line.indexOf('|')))).toList();
    }
}
