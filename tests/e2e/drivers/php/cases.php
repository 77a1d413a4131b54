<?php
// Cases for PHP: PDO's pgsql driver and the pgsql extension, against the server that PGHOST and its like name.
declare(strict_types=1);

const LONG = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11';
$count = 0;

function test(string $name, callable $body): void
{
    global $count;
    $count++;
    try {
        $body();
        echo "ok $count - $name\n";
    } catch (Throwable $failure) {
        echo "not ok $count - $name\n# ", str_replace("\n", "\n# ", (string) $failure), "\n";
    }
}

function same(mixed $expected, mixed $actual): void
{
    if ($expected !== $actual) {
        throw new Exception('expected ' . var_export($expected, true) . ', got ' . var_export($actual, true));
    }
}

function pdo(string $options = 'sslmode=disable', ?string $password = null): PDO
{
    $source = 'pgsql:host=' . getenv('PGHOST') . ';port=' . getenv('PGPORT') . ';dbname=' . getenv('PGDATABASE') . ";$options";
    return new PDO($source, getenv('PGUSER'), $password ?? getenv('PGPASSWORD'), [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
}

function state(callable $work): string
{
    try {
        $work();
    } catch (PDOException $failure) {
        return $failure->errorInfo[0] ?? (string) $failure->getCode();
    }
    return 'success';
}

foreach (['disable', 'require'] as $mode) {
    test("PDO connects with sslmode=$mode", fn () => same(1, pdo("sslmode=$mode")->query('SELECT 1')->fetchColumn()));
    test("PDO refuses a wrong password with sslmode=$mode", fn () => same(false, state(fn () => pdo("sslmode=$mode", 'wrong')) === 'success'));
}
test('PDO: values there and back', function () {
    $query = pdo()->prepare('SELECT CAST(? AS bigint), CAST(? AS boolean), CAST(? AS text), CAST(? AS numeric(10,2)), CAST(? AS date)');
    $query->execute([-9223372036854775807, true, "ž'\\ 🦆", '-12345678.90', null]);
    same([-9223372036854775807, true, "ž'\\ 🦆", '-12345678.90', null], $query->fetch(PDO::FETCH_NUM));
});
test('PDO: bytes', function () {
    $query = pdo()->prepare('SELECT CAST(? AS bytea)');
    $query->bindValue(1, "\x00\xff\\", PDO::PARAM_LOB);
    $query->execute();
    same("\x00\xff\\", stream_get_contents($query->fetchColumn()));
});
test('PDO: columns tell their types', function () {
    $query = pdo()->query('SELECT id, order_date FROM in_c_sales.orders LIMIT 1');
    same(['int8', 'date'], [$query->getColumnMeta(0)['native_type'], $query->getColumnMeta(1)['native_type']]);
});
test('PDO: a transaction', function () {
    $database = pdo();
    $database->exec('DROP TABLE IF EXISTS php_rows');
    $database->exec('CREATE TABLE php_rows (id int PRIMARY KEY, label text)');
    $database->beginTransaction();
    same(2, $database->exec("INSERT INTO php_rows VALUES (1, 'one'), (2, NULL)"));
    same('23505', state(fn () => $database->exec('INSERT INTO php_rows VALUES (1)')));
    same('25P02', state(fn () => $database->query('SELECT 1')));
    $database->rollBack();
    same(0, $database->query('SELECT count(*) FROM php_rows')->fetchColumn());
});
test('PDO: COPY of arrays', function () {
    $database = pdo();
    $database->exec('DROP TABLE IF EXISTS php_copied');
    $database->exec('CREATE TABLE php_copied (a int, b text)');
    same(true, $database->pgsqlCopyFromArray('php_copied', ["1\tone", "2\t\\N"]));
    same(["1\tone\n", "2\t\\N\n"], $database->pgsqlCopyToArray('php_copied'));
});
test('PDO: a cursor', function () {
    $query = pdo()->prepare('SELECT i FROM generate_series(1, 100) t(i) ORDER BY i', [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
    $query->execute();
    same(1, $query->fetch(PDO::FETCH_NUM)[0]);
    same(100, $query->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_LAST)[0]);
    same(99, $query->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_PRIOR)[0]);
});
test('PDO: statement_timeout', fn () => same('57014', state(fn () => pdo("sslmode=disable;options='-c statement_timeout=200'")->query(LONG))));

function native(): PgSql\Connection
{
    return pg_connect('sslmode=disable'); // the rest comes from PGHOST and its like
}
test('pgsql: parameters and results', function () {
    $result = pg_query_params(native(), 'SELECT $1::int + 1 AS n, $2::text AS t, NULL::int AS nothing', [41, "it's"]);
    same(['n' => '42', 't' => "it's", 'nothing' => null], pg_fetch_assoc($result));
    same('int4', pg_field_type($result, 0)); // read from pg_type
});
test('pgsql: the table of a column', fn () => same('php_rows', pg_field_table(pg_query(native(), 'SELECT id FROM php_rows'), 0)));
test('pgsql: metadata of a table', function () {
    $columns = pg_meta_data(native(), 'php_rows');
    same(['id', 'label'], array_keys($columns));
    same([1, 'int4', true], [$columns['id']['num'], $columns['id']['type'], $columns['id']['not null']]);
});
test('pgsql: inserts and selects by arrays', function () {
    $connection = native();
    pg_query($connection, 'DELETE FROM php_rows');
    same(true, pg_insert($connection, 'php_rows', ['id' => 7, 'label' => "it's"]) !== false);
    same([['id' => '7', 'label' => "it's"]], pg_select($connection, 'php_rows', ['id' => 7]));
});
test('pgsql: copies rows', function () {
    $connection = native();
    same(true, pg_copy_from($connection, 'php_copied', ["5\tfive\n"]));
    same(true, in_array("5\tfive\n", pg_copy_to($connection, 'php_copied'), true));
});
test('pgsql: cancels', function () {
    $connection = native();
    pg_send_query($connection, LONG);
    same(true, pg_cancel_query($connection));
});
test('pgsql: notifies', function () {
    $connection = native();
    pg_query($connection, 'LISTEN php_channel');
    pg_query($connection, "NOTIFY php_channel, 'hello'");
    same('hello', pg_get_notify($connection, PGSQL_ASSOC)['payload']);
});
echo "1..$count\n";
