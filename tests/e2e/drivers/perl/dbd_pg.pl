#!/usr/bin/perl
# Cases for Perl's DBI with DBD::Pg, against the server that PGHOST and its like name.
use strict;
use warnings;
use utf8;

use DBD::Pg qw(:pg_types);
use DBI;
use Data::Dumper;

binmode STDOUT, ':encoding(UTF-8)';
$Data::Dumper::Indent = 0;
$Data::Dumper::Terse = 1;
my $count = 0;

sub test {
    my ($name, $body) = @_;
    $count++;
    my $passed = eval { $body->(); 1 };
    print $passed ? '' : 'not ', "ok $count - $name\n";
    print map { "# $_\n" } split /\n/, $@ unless $passed;
}

sub same {
    my ($expected, $actual) = map { Dumper($_) } @_;
    die "expected $expected, got $actual\n" if $expected ne $actual;
}

sub connected {
    my ($settings, $password) = @_;
    return DBI->connect('dbi:Pg:' . ($settings // 'sslmode=disable'), $ENV{PGUSER}, $password // $ENV{PGPASSWORD},
        { RaiseError => 1, PrintError => 0, PrintWarn => 0, AutoCommit => 1, pg_enable_utf8 => -1 });
}

sub state_of {
    my ($work) = @_;
    return eval { $work->(); 1 } ? 'success' : $DBI::state;
}

for my $mode (qw(disable require)) {
    test("connects with sslmode=$mode", sub { same('1', '' . connected("sslmode=$mode")->selectrow_array('SELECT 1')) });
    test("refuses a wrong password with sslmode=$mode", sub { same('refused', eval { connected("sslmode=$mode", 'wrong'); 'taken' } // 'refused') });
}
my $db = connected();
test('knows the version of the server, and pings', sub { die unless $db->{pg_server_version} >= 140000 && $db->ping });

for my $case (['bigint', '-9223372036854775808'], ['numeric(10,2)', '-12345678.90'], ['double precision', '0.1'], ['text', "ž'\\ 🦆"],
              ['date', '2024-02-29'], ['timestamp', '2024-02-29 12:34:56.789012'], ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']) {
    my ($type, $text) = @$case;
    test("$type there and back", sub { same([$text, undef], [map { defined ? "$_" : undef } $db->selectrow_array("SELECT ?::$type, ?::$type", undef, $text, undef)]) });
}
test('bytea there and back', sub {
    my $statement = $db->prepare('SELECT ?::bytea');
    $statement->bind_param(1, "\x00\xff\x5c", { pg_type => PG_BYTEA });
    $statement->execute;
    same("\x00\xff\x5c", $statement->fetchrow_array);
});
test('an array is a list', sub { same('1,,-3', join ',', map { $_ // '' } @{ $db->selectrow_array('SELECT ARRAY[1, NULL, -3]::int[]') }) });
test('a list as parameter', sub {
    same('2', '' . $db->selectrow_array('SELECT count(*) FROM generate_series(1, 9) t(i) WHERE i = ANY(?)', undef, [2, 5, 77]));
});

test('runs once for each of many rows, and counts them', sub {
    $db->do('DROP TABLE IF EXISTS perl_rows');
    $db->do('CREATE TABLE perl_rows (id int PRIMARY KEY, label varchar(10), price numeric(8,2))');
    my $insert = $db->prepare('INSERT INTO perl_rows VALUES (?, ?, ?)');
    same('50', '' . $insert->execute_array({ ArrayTupleStatus => \my @status }, [1 .. 50], [map { "row $_" } 1 .. 50], 1.5));
    same('5', '' . $db->do('UPDATE perl_rows SET label = NULL WHERE id > 45'));
    same('23505', state_of(sub { $insert->execute(1, 'again', 0) }));
    same('49,50', join ',', sort @{ $db->selectcol_arrayref('DELETE FROM perl_rows WHERE id > 48 RETURNING id') });
});
test('copies in and out', sub {
    $db->do('COPY perl_rows (id, label) FROM STDIN');
    $db->pg_putcopydata("$_\tcopied\n") for 100 .. 199;
    die unless $db->pg_putcopyend;
    $db->do('COPY (SELECT id FROM perl_rows WHERE id < 3 ORDER BY id) TO STDOUT');
    my ($line, @lines) = ('');
    push @lines, $line while $db->pg_getcopydata($line) >= 0;
    same("1\n2\n", join '', @lines);
});
test('an error fails the transaction until it is rolled back', sub {
    $db->begin_work;
    same('42P01', state_of(sub { $db->do('SELECT * FROM no_such_table') }));
    same('25P02', state_of(sub { $db->do('SELECT 1') }));
    $db->rollback;
    same('1', '' . $db->selectrow_array('SELECT 1'));
});
test('statement_timeout', sub {
    my $limited = connected("sslmode=disable;options='-c statement_timeout=200'");
    same('57014', state_of(sub { $limited->do('SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11') }));
});
test('cancels', sub {
    my $statement = $db->prepare('SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11', { pg_async => PG_ASYNC });
    $statement->execute;
    die unless $db->pg_cancel;
    same('1', '' . $db->selectrow_array('SELECT 1'));
});
test('table_info', sub {
    my $tables = $db->table_info(undef, 'in_c_sales', '%', 'TABLE')->fetchall_arrayref({});
    same('customers,orders', join ',', sort map { $_->{TABLE_NAME} } @$tables);
});
test('column_info', sub {
    my $columns = $db->column_info(undef, 'in_c_sales', 'orders', '%')->fetchall_arrayref({});
    same('id,customer_id,order_date,status,amount,note', join ',', map { $_->{COLUMN_NAME} } @$columns);
});
test('primary_key', sub { same('id', join ',', $db->primary_key(undef, 'public', 'perl_rows')) });
print "1..$count\n";
